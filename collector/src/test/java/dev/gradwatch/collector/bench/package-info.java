/** How fast the collector is, each figure beside what it is compared with, from one run. README names the commands. */
package dev.gradwatch.collector.bench;
