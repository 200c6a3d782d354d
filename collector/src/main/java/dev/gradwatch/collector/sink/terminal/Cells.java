package dev.gradwatch.collector.sink.terminal;

import java.util.ArrayList;
import java.util.List;

/**
 * Text measured in the cells of a terminal. Whatever a job chose to be called is made harmless first: control and format characters, which
 * could move the cursor or turn the line around, are written as their code.
 */
final class Cells {
    private static final char ESCAPE = '\u001b';

    private final boolean unicode;

    Cells(boolean unicode) {
        this.unicode = unicode;
    }

    /** One line that is safe to print; without UTF-8, of ASCII alone. */
    String clean(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (point == '\t') {
                clean.append("    ");
            } else if (!printable(point)) {
                clean.append(String.format(point < 0x100 ? "\\x%02x" : "\\u%04x", point));
            } else if (unicode || point < 0x7f) {
                clean.appendCodePoint(point);
            } else {
                clean.append(ascii(point));
            }
        });
        return clean.toString();
    }

    private static boolean printable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static String ascii(int point) {
        return switch (point) {
            case '·', '•' -> "-";
            case '–', '—', '−' -> "-";
            case '…' -> "...";
            case '→' -> "->";
            case '×' -> "x";
            case '≤' -> "<=";
            case '≥' -> ">=";
            case '‘', '’' -> "'";
            case '“', '”' -> "\"";
            case '\u00a0' -> " ";
            default -> String.format("\\u%04x", point);
        };
    }

    /** How many cells the text takes; escape sequences take none. */
    static int width(String text) {
        int width = 0;
        for (int at = 0; at < text.length(); ) {
            if (text.charAt(at) == ESCAPE) {
                at = text.indexOf('m', at) + 1;
                continue;
            }
            int point = text.codePointAt(at);
            width += width(point);
            at += Character.charCount(point);
        }
        return width;
    }

    private static int width(int point) {
        int type = Character.getType(point);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
            return 0;
        }
        if (point < 0x1100) {
            return 1;
        }
        boolean fullWidth = (point >= 0xff01 && point <= 0xff60) || (point >= 0x3000 && point <= 0x303f);
        boolean pictograph = point >= 0x1f300 && point <= 0x1faff;
        return switch (Character.UnicodeScript.of(point)) {
            case HAN, HIRAGANA, KATAKANA, HANGUL, BOPOMOFO, YI -> 2;
            default -> fullWidth || pictograph ? 2 : 1;
        };
    }

    /** The text, or as much of its head and its tail as fits: names of modules differ at both ends. */
    String cut(String text, int cells) {
        if (width(text) <= cells) {
            return text;
        }
        String gap = unicode ? "…" : "~";
        int tail = Math.max(0, (cells - 1) / 2);
        int head = Math.max(0, cells - 1 - tail);
        return firstCells(text, head) + gap + lastCells(text, tail);
    }

    /** The text, or as much of its head as fits. */
    String cutEnd(String text, int cells) {
        return width(text) <= cells ? text : firstCells(text, cells - 1) + (unicode ? "…" : "~");
    }

    private static String firstCells(String text, int cells) {
        int end = 0;
        int used = 0;
        while (end < text.length()) {
            int point = text.codePointAt(end);
            used += width(point);
            if (used > cells) {
                break;
            }
            end += Character.charCount(point);
        }
        return text.substring(0, end);
    }

    private static String lastCells(String text, int cells) {
        int start = text.length();
        int used = 0;
        while (start > 0) {
            int point = text.codePointBefore(start);
            used += width(point);
            if (used > cells) {
                break;
            }
            start -= Character.charCount(point);
        }
        return text.substring(start);
    }

    static String padRight(String text, int cells) {
        return text + " ".repeat(Math.max(0, cells - width(text)));
    }

    static String padLeft(String text, int cells) {
        return " ".repeat(Math.max(0, cells - width(text))) + text;
    }

    static String centre(String text, int cells) {
        int room = Math.max(0, cells - width(text));
        return " ".repeat(room / 2) + text + " ".repeat(room - room / 2);
    }

    /** Lines of at most that many cells, broken at spaces; a word that is longer has a line of its own. */
    static List<String> wrap(String text, int cells) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.strip().split(" +", -1)) {
            if (line.length() > 0 && width(line.toString()) + 1 + width(word) > cells) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
