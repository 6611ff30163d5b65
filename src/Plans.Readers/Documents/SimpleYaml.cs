using System.Text;

namespace Orchestrator.Plans.Readers.Documents;

/// <summary>
/// Reads the YAML that people write in plans, several times faster than a whole YAML parser: block mappings and lists, texts on one line, literal blocks,
/// lists and mappings in brackets on one line, comments. For everything else, and for every fault, it gives up, and <see cref="YamlTree"/> reads the text
/// instead; where it does not, both give the same tree with the same places.
/// </summary>
internal sealed partial class SimpleYaml
{
    private const int MaxDepth = 20;
    private const int MaxKeyLength = 128;

    private static readonly CharTable KeyChars = new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./$");

    private readonly string _text;
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _keys = new Dictionary<string, string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    private readonly StringBuilder _literal = new();
    private int _nodes;

    // The present line: where it begins, where its content begins and ends, its number.
    private int _start;
    private int _content;
    private int _end;
    private int _next;
    private int _line;

    private SimpleYaml(string text) => _text = text;

    private int Indent => _content - _start;

    private bool IsOver => _content < 0;

    private char First => _text[_content];

    /// <summary>The tree of the text, or null where a whole YAML parser has to look at it.</summary>
    public static DocumentNode? TryRead(string text)
    {
        if (HasOdd(text))
        {
            return null;
        }

        var yaml = new SimpleYaml(text);
        yaml.NextLine();
        if (yaml.IsOver || yaml.Indent != 0)
        {
            return null;
        }

        DocumentNode? root = yaml.ReadBlock(depth: 0);
        return yaml.IsOver ? root : null;
    }

    // Tabs, control characters and the line ends that only YAML knows, such as a return by itself.
    private static bool HasOdd(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is >= ' ' and < '\x7f' or '\n' or (> '\x9f' and not ('\u2028' or '\u2029' or '\ufeff')))
            {
                continue;
            }

            if (c != '\r' || i + 1 == text.Length || text[i + 1] != '\n')
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Goes to the next line that has content. A line that the subset does not have ends the reading, since nothing accepts it.</summary>
    private void NextLine()
    {
        while (_next < _text.Length)
        {
            MoveToLine();
            if (_content < _end && First != '#')
            {
                return;
            }
        }

        _content = -1;
    }

    private void MoveToLine()
    {
        _start = _next;
        _line++;
        int newline = _text.IndexOf('\n', _start);
        _next = newline < 0 ? _text.Length : newline + 1;
        _end = newline < 0 ? _text.Length : newline;
        if (_end > _start && _text[_end - 1] == '\r')
        {
            _end--;
        }

        _content = _start;
        while (_content < _end && _text[_content] == ' ')
        {
            _content++;
        }
    }

    private DocumentNode? ReadBlock(int depth)
    {
        if (depth > MaxDepth)
        {
            return null;
        }

        return IsDash(_content) ? ReadSequence(Indent, depth) : ReadMapping(_content, Indent, depth);
    }

    private bool IsDash(int at) => _text[at] == '-' && at + 1 < _end && _text[at + 1] == ' ';

    private SequenceNode? ReadSequence(int indent, int depth)
    {
        var sequence = new SequenceNode(_line, indent + 1);
        while (!IsOver && Indent == indent && IsDash(_content))
        {
            int at = SkipSpaces(_content + 1);
            if (at >= _end || IsDash(at) || ReadItem(at, indent, depth) is not { } item || !Grow(sequence, item))
            {
                return null;
            }

            sequence.Items.Add(item);
        }

        return IsOver || Indent <= indent ? sequence : null;
    }

    private DocumentNode? ReadItem(int at, int indent, int depth) => KeyEnd(at) > 0
        ? ReadMapping(at, at - _start, depth + 1)
        : ReadScalar(at, indent, depth);

    /// <summary>A mapping whose first key stands at a place of the present line, behind a dash perhaps.</summary>
    private MappingNode? ReadMapping(int at, int indent, int depth)
    {
        if (depth > MaxDepth)
        {
            return null;
        }

        var mapping = new MappingNode(_line, indent + 1);
        while (true)
        {
            int colon = KeyEnd(at);
            if (colon < 0)
            {
                return null;
            }

            var key = new ScalarNode(_line, at - _start + 1, Key(at, colon), isPlain: true);
            int value = SkipSpaces(colon + 1);
            DocumentNode? node = value < _end && _text[value] != '#' ? ReadScalar(value, indent, depth) : ReadBelow(indent, depth);
            if (node is null || HasKey(mapping, key.Text) || !Grow(mapping, node))
            {
                return null;
            }

            mapping.Entries.Add((key, node));
            if (IsOver || Indent < indent)
            {
                return mapping;
            }

            if (Indent > indent)
            {
                return null;
            }

            at = _content;
            if (IsDash(at))
            {
                return null;
            }
        }
    }

    /// <summary>What stands below a key that has nothing behind it; a list may stand as far to the left as the key.</summary>
    private DocumentNode? ReadBelow(int indent, int depth)
    {
        NextLine();
        if (IsOver || Indent < indent || (Indent == indent && !IsDash(_content)))
        {
            return null;
        }

        return ReadBlock(depth + 1);
    }

    private static bool HasKey(MappingNode mapping, string key)
    {
        foreach ((ScalarNode known, _) in mapping.Entries)
        {
            if (string.Equals(known.Text, key, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return mapping.Entries.Count >= 1000;
    }

    /// <summary>The place of the colon behind the key at a place, or -1 where there is none that is written plainly.</summary>
    private int KeyEnd(int at)
    {
        ReadOnlySpan<char> rest = _text.AsSpan(at, _end - at);
        int length = KeyChars.IndexOfOther(rest);
        return length is > 0 and < MaxKeyLength && rest[length] == ':' && (length + 1 == rest.Length || rest[length + 1] == ' ') && IsPlainStart(rest) ? at + length : -1;
    }

    private string Key(int start, int end)
    {
        ReadOnlySpan<char> key = _text.AsSpan(start, end - start);
        if (!_keys.TryGetValue(key, out string? known))
        {
            _keys[key] = known = key.ToString();
        }

        return known;
    }

    /// <summary>A value that begins on the present line; leaves the line after it.</summary>
    private DocumentNode? ReadScalar(int at, int indent, int depth)
    {
        int line = _line;
        int column = at - _start + 1;
        switch (_text[at])
        {
            case '|':
                return ReadLiteral(at, indent);
            case '[' or '{':
                int place = at;
                DocumentNode? flow = ReadFlow(ref place, depth + 1);
                return flow is not null && EndsAt(place) ? Left(flow, indent) : null;
            case '"' or '\'':
                int end = at;
                string? quoted = ReadQuoted(ref end);
                return quoted is not null && EndsAt(end) ? Left(new ScalarNode(line, column, quoted, isPlain: false), indent) : null;
            default:
                string? plain = ReadPlain(at);
                return plain is null ? null : Left(new ScalarNode(line, column, plain, isPlain: true), indent);
        }
    }

    // A line that stands further right would go on with the text.
    private T? Left<T>(T node, int indent)
        where T : DocumentNode
    {
        NextLine();
        return IsOver || Indent <= indent ? node : null;
    }

    /// <summary>Nothing but a comment stands from here to the end of the line.</summary>
    private bool EndsAt(int at)
    {
        int rest = SkipSpaces(at);
        return rest >= _end || (_text[rest] == '#' && rest > at);
    }

    private int SkipSpaces(int at)
    {
        while (at < _end && _text[at] == ' ')
        {
            at++;
        }

        return at;
    }

    /// <summary>A literal block: its lines as they are, less the indentation of the first. Before that one, lines of spaces are left to the whole parser.</summary>
    private ScalarNode? ReadLiteral(int at, int indent)
    {
        (int line, int column) = (_line, at - _start + 1);
        char chomping = at + 1 < _end ? _text[at + 1] : ' ';
        if (chomping is not (' ' or '-') || !EndsAt(chomping == ' ' ? at + 1 : at + 2))
        {
            return null;
        }

        StringBuilder text = _literal.Clear();
        int blanks = 0;
        int widest = 0;
        int inner = -1;
        while (true)
        {
            if (_next >= _text.Length)
            {
                _content = -1;
                break;
            }

            MoveToLine();
            if (inner < 0 && _content < _end)
            {
                inner = Indent;
                if (inner <= indent || widest > 0)
                {
                    return null;
                }
            }

            // A line of spaces that reaches further than the text does is part of it.
            if (_content == _end && (inner < 0 || Indent <= inner))
            {
                blanks++;
                widest = Math.Max(widest, Indent);
                continue;
            }

            if (_content < _end && Indent < inner)
            {
                if (First == '#')
                {
                    return null;
                }

                break;
            }

            text.Append('\n', blanks).Append(_text, _start + inner, _end - _start - inner).Append('\n');
            blanks = 0;
        }

        // Without a line end behind the last line there is none in the text either.
        if (text.Length == 0 || (IsOver && _text[^1] != '\n') || (!IsOver && Indent > indent))
        {
            return null;
        }

        return new ScalarNode(line, column, text.ToString(0, chomping == '-' ? text.Length - 1 : text.Length), isPlain: false);
    }

    private bool Grow(DocumentNode parent, DocumentNode child)
    {
        parent.Weight += child.Weight;
        int entries = (parent as SequenceNode)?.Items.Count ?? ((MappingNode)parent).Entries.Count;
        return ++_nodes <= DocumentLimits.MaxNodes && entries < DocumentLimits.MaxEntries;
    }
}
