package dev.gradwatch.collector.source.log;

/** Names with their numbers by size, so that {@code attempt_10} comes after {@code attempt_9}. */
final class NaturalOrder {
    static int compare(String a, String b) {
        int i = 0;
        int j = 0;
        while (i < a.length() && j < b.length()) {
            int endI = digits(a, i);
            int endJ = digits(b, j);
            if (endI > i && endJ > j) {
                int startI = zeros(a, i, endI);
                int startJ = zeros(b, j, endJ);
                int order = endI - startI != endJ - startJ
                        ? Integer.compare(endI - startI, endJ - startJ)
                        : a.substring(startI, endI).compareTo(b.substring(startJ, endJ));
                if (order != 0) {
                    return order;
                }
                i = endI;
                j = endJ;
            } else if (a.charAt(i) != b.charAt(j)) {
                return Character.compare(a.charAt(i), b.charAt(j));
            } else {
                i++;
                j++;
            }
        }
        int order = Integer.compare(a.length() - i, b.length() - j);
        return order != 0 ? order : a.compareTo(b);
    }

    private static int digits(String text, int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    private static int zeros(String text, int from, int end) {
        int start = from;
        while (start < end - 1 && text.charAt(start) == '0') {
            start++;
        }
        return start;
    }

    private NaturalOrder() {}
}
