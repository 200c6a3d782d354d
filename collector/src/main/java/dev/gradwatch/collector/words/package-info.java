/**
 * The collector's own sentences in the languages of those who read them. Findings are made, kept and recorded in English; whoever shows one to a
 * person (the page, a chat) asks here for the same in another language. A book of templates, a resource that a person can read, has each sentence with
 * its fields in both; a sentence that is not in it stays English. Never changes names of parameters, snippets or torch's own words.
 */
@NullMarked
package dev.gradwatch.collector.words;

import org.jspecify.annotations.NullMarked;
