package io.gabor.io;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Makes plain values of the events of a YAML text; the rules are those of {@link YamlText}. */
final class YamlReader {
    private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+");
    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");

    private final YamlText target;
    private final String text;
    private Iterator<Event> events;
    private int depth;
    /** The line of the last event, from 1. */
    private int line = 1;

    YamlReader(YamlText target, String text) {
        this.target = target;
        this.text = text;
    }

    Map<String, Object> read() {
        LoadSettings settings = LoadSettings.builder()
                .setCodePointLimit(YamlText.MAX_BYTES)
                .setUseMarks(true)
                .build();
        try {
            events = new Parse(settings).parseString(text).iterator();
            Event first = next();
            while (!(first instanceof NodeEvent)) {
                if (!events.hasNext()) {
                    throw problem("expected a mapping of keys and values, found nothing");
                }
                first = next();
            }
            if (!(first instanceof MappingStartEvent)) {
                throw problem("expected a mapping of keys and values at the top");
            }
            Map<String, Object> root = readMapping();
            while (events.hasNext()) {
                if (next() instanceof DocumentStartEvent) {
                    throw problem("expected one document, found a second one");
                }
            }
            return root;
        } catch (MarkedYamlEngineException e) {
            int at = e.getProblemMark()
                    .or(e::getContextMark)
                    .map(mark -> mark.getLine() + 1)
                    .orElse(line);
            throw target.problem(at, "not YAML: " + e.getProblem());
        } catch (ReaderException e) {
            int before = Math.min(e.getPosition(), text.length());
            int at = 1
                    + (int) text.substring(0, before)
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
            throw target.problem(
                    at, String.format("not YAML: the character U+%04X must not be in a text", e.getCodePoint()));
        } catch (YamlEngineException e) {
            throw target.problem(line, "not YAML: " + e.getMessage());
        }
    }

    private FormatException problem(String message) {
        return target.problem(line, message);
    }

    private Event next() {
        Event event = events.next();
        Optional<Mark> mark = event.getStartMark();
        mark.ifPresent(start -> line = start.getLine() + 1);
        if (event instanceof AliasEvent
                || (event instanceof NodeEvent node && node.getAnchor().isPresent())) {
            throw problem("anchors (&) and aliases (*) are not read here; write the values out");
        }
        return event;
    }

    private Object readValue(Event event) {
        if (event instanceof MappingStartEvent mapping) {
            requireNoTag(mapping.getTag());
            return readMapping();
        }
        if (event instanceof SequenceStartEvent sequence) {
            requireNoTag(sequence.getTag());
            return readSequence();
        }
        return readScalar((ScalarEvent) event);
    }

    private void requireNoTag(Optional<String> tag) {
        if (tag.isPresent()) {
            throw problem("tags (!) are not read here, found " + Quoted.text(tag.get()));
        }
    }

    private void enter() {
        if (++depth > YamlText.MAX_DEPTH) {
            throw problem("expected at most " + YamlText.MAX_DEPTH + " levels of nesting, found more");
        }
    }

    private Map<String, Object> readMapping() {
        enter();
        Map<String, Object> mapping = target.mapping(line);
        for (Event event = next(); event.getEventId() != Event.ID.MappingEnd; event = next()) {
            if (!(event instanceof ScalarEvent name)) {
                throw problem("expected a name in front of ':', found a list or a mapping");
            }
            String key = name.getValue();
            if (!target.addKey(mapping, key, line)) {
                throw problem("expected each key once, found " + Quoted.text(key) + " again");
            }
            mapping.put(key, readValue(next()));
        }
        depth--;
        return mapping;
    }

    private List<Object> readSequence() {
        enter();
        List<Object> sequence = target.sequence(line);
        for (Event event = next(); event.getEventId() != Event.ID.SequenceEnd; event = next()) {
            target.addItem(sequence, line);
            sequence.add(readValue(event));
        }
        depth--;
        return sequence;
    }

    private Object readScalar(ScalarEvent scalar) {
        requireNoTag(scalar.getTag());
        String value = scalar.getValue();
        return scalar.getScalarStyle() == ScalarStyle.PLAIN ? plain(value) : value;
    }

    /** What a scalar without quotes is: YAML's core schema, without octal and hexadecimal numbers, infinities and NaN. */
    private Object plain(String value) {
        switch (value) {
            case "", "~", "null":
                return null;
            case "true":
                return Boolean.TRUE;
            case "false":
                return Boolean.FALSE;
            default:
                break;
        }
        if (INTEGER.matcher(value).matches() && value.length() <= 18) {
            return Long.valueOf(value);
        }
        if (NUMBER.matcher(value).matches()) {
            double number = Double.parseDouble(value);
            if (Double.isInfinite(number)) {
                throw problem("expected a number in the range of a double, found " + Quoted.text(value));
            }
            return number;
        }
        return value;
    }
}
