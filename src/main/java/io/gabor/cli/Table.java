package io.gabor.cli;

import java.util.ArrayList;
import java.util.List;

/** Text in columns. Numbers are right-aligned by putting {@code >} in front of the column's title. */
final class Table {
    private final List<String> titles = new ArrayList<>();
    private final List<Boolean> right = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... columns) {
        for (String column : columns) {
            boolean number = column.startsWith(">");
            right.add(number);
            titles.add(number ? column.substring(1) : column);
        }
    }

    Table row(String... cells) {
        if (cells.length != titles.size()) {
            throw new IllegalArgumentException("expected " + titles.size() + " cells, found " + cells.length);
        }
        rows.add(List.of(cells));
        return this;
    }

    /** Returns the title and the rows, a line each. */
    List<String> lines() {
        List<List<String>> all = new ArrayList<>();
        all.add(titles);
        all.addAll(rows);
        int[] widths = new int[titles.size()];
        for (List<String> row : all) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return all.stream().map(row -> line(row, widths)).toList();
    }

    private String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String gap = " ".repeat(widths[i] - row.get(i).length());
            line.append(i == 0 ? "" : "  ");
            line.append(right.get(i) ? gap + row.get(i) : row.get(i) + gap);
        }
        return line.toString().stripTrailing();
    }
}
