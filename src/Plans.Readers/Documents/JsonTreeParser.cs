using System.Text;

namespace Orchestrator.Plans.Readers.Documents;

/// <summary>Parses JSON into a tree with positions. Accepts comments and trailing commas, as editors do.</summary>
internal ref struct JsonTreeParser
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly FaultList _faults;
    private Utf8JsonReader _reader;
    private int _offset;
    private int _line;
    private int _column;
    private int _nodes;

    private JsonTreeParser(ReadOnlySpan<byte> json, FaultList faults)
    {
        _json = json;
        _faults = faults;
        _line = 1;
        _column = 1;
        _reader = new Utf8JsonReader(
            json,
            new JsonReaderOptions
            {
                AllowTrailingCommas = true,
                CommentHandling = JsonCommentHandling.Skip,
                MaxDepth = YamlOrJsonParsingLimits.MaxDepth,
            }
        );
    }

    /// <summary>Parses a text. Returns null and reports errors if the text is empty or invalid.</summary>
    public static YamlOrJsonNode? Read(string text, FaultList faults)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }
        var utf8 = Encoding.UTF8.GetBytes(text);
        var tree = new JsonTreeParser(utf8, faults);
        try
        {
            tree._reader.Read();
            var root = tree.ReadValue();
            while (tree._reader.Read())
            {
                // Only white space and comments may follow. The JSON reader reports anything else.
            }
            return root;
        }
        catch (JsonException e)
        {
            tree.SyntaxFault(e);
            return null;
        }
    }

    private readonly void SyntaxFault(JsonException e)
    {
        // The JSON reader appends its own zero-based position to the message.
        var tail = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var message = (tail < 0 ? e.Message : e.Message[..tail]).TrimEnd('.', ' ');
        var line = (int)(e.LineNumber ?? 0);
        var start = 0;
        for (var i = 0; i < line; i++)
        {
            start += _json[start..].IndexOf((byte)'\n') + 1;
        }
        var length = (int)Math.Min(e.BytePositionInLine ?? 0, _json.Length - start);
        var column = Encoding.UTF8.GetCharCount(_json.Slice(start, length)) + 1;
        _faults.Add(
            "json-syntax",
            FaultSeverity.Error,
            line + 1,
            column,
            "",
            $"This is not valid JSON: {message.ReplaceLineEndings(" ")}.",
            "Check quotes, commas and brackets at this place and before it."
        );
    }

    private YamlOrJsonNode ReadValue()
    {
        Advance();
        var start = (int)_reader.TokenStartIndex;
        var node = ReadNode();
        node.Start = start;
        node.End = (int)_reader.BytesConsumed;
        return node;
    }

    private YamlOrJsonNode ReadNode()
    {
        (var line, var column) = (_line, _column);
        if (++_nodes > YamlOrJsonParsingLimits.MaxNodes)
        {
            throw new JsonException($"The file has more than {YamlOrJsonParsingLimits.MaxNodes} values.", null, line - 1, null);
        }
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject(line, column);
            case JsonTokenType.StartArray:
                var sequence = new SequenceNode(line, column);
                while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
                {
                    sequence.Add(ReadValue());
                }
                return sequence;
            case JsonTokenType.String:
                return new ScalarNode(line, column, ReadString(), isPlain: false);
            default:
                return new ScalarNode(line, column, Encoding.UTF8.GetString(_reader.ValueSpan), isPlain: true);
        }
    }

    private MappingNode ReadObject(int line, int column)
    {
        var mapping = new MappingNode(line, column);
        var names = new Dictionary<string, ScalarNode>(StringComparer.Ordinal);
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            Advance();
            var key = new ScalarNode(_line, _column, ReadString(), isPlain: false) { Start = (int)_reader.TokenStartIndex };
            _reader.Read();
            var value = ReadValue();
            if (names.TryAdd(key.Text, key))
            {
                mapping.Add(key, value);
            }
            else
            {
                YamlFaultReporter.DuplicateKey(key, names[key.Text], _faults);
            }
        }
        return mapping;
    }

    private readonly string ReadString()
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("A string contains an unpaired surrogate (\\uD800 to \\uDFFF).", null, _line - 1, _column - 1, e);
        }
    }

    // Tokens arrive in order, so the position advances incrementally and the file is scanned only once.
    private void Advance()
    {
        var target = (int)_reader.TokenStartIndex;
        for (; _offset < target; _offset++)
        {
            var b = _json[_offset];
            if (b == (byte)'\n')
            {
                _line++;
                _column = 1;
            }
            else if ((b & 0xC0) != 0x80)
            {
                // A character of four UTF-8 bytes is two UTF-16 code units, and editors count these as columns.
                _column += b >= 0xF0 ? 2 : 1;
            }
        }
    }
}
