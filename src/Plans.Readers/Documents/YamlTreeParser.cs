using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orchestrator.Plans.Readers.Documents;

/// <summary>Parses YAML into a tree with positions. Resolves anchors, aliases and merge keys. Never creates objects from tags.</summary>
internal sealed class YamlTreeParser
{
    private readonly Parser _parser;
    private readonly FaultList _faults;
    private readonly Dictionary<string, YamlOrJsonNode?> _anchors = new(StringComparer.Ordinal);
    private bool _stopped;

    private readonly bool _hasAliases;

    private YamlTreeParser(string text, FaultList faults, bool hasAliases)
    {
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        _faults = faults;
        _hasAliases = hasAliases;
    }

    /// <summary>Parses the first document in a text. Returns null and reports errors if the document is empty or invalid.</summary>
    public static YamlOrJsonNode? Read(string text, FaultList faults, bool hasAliases)
    {
        var tree = new YamlTreeParser(text, faults, hasAliases);
        try
        {
            return tree.ReadStream();
        }
        catch (YamlException e)
        {
            YamlFaultReporter.Syntax(text, e.Start, e.Message, faults);
            return null;
        }
        catch (Exception e)
        {
            // YamlDotNet 16 also throws InvalidOperationException for ':' in an unclosed list, and ArgumentException for an invalid tag.
            var reason = e is InvalidOperationException ? "A list or mapping in brackets is not closed" : e.Message;
            YamlFaultReporter.Syntax(text, tree._parser.Current?.End ?? Mark.Empty, reason, faults);
            return null;
        }
    }

    private YamlOrJsonNode? ReadStream()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            return null;
        }
        var root = ReadNode(depth: 0);
        if (_stopped || root is null)
        {
            return null;
        }
        _parser.Consume<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out var second))
        {
            YamlFaultReporter.SeveralDocuments(second.Start, _faults);
        }
        return root;
    }

    private YamlOrJsonNode? ReadNode(int depth)
    {
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return Resolve(alias);
        }
        var start = _parser.Consume<NodeEvent>();
        if (depth > YamlOrJsonParsingLimits.MaxDepth)
        {
            return Stop(
                "too-deep",
                start.Start,
                $"Values are nested more than {YamlOrJsonParsingLimits.MaxDepth} levels deep.",
                "Look for stray brackets; no valid file needs such nesting."
            );
        }
        var anchor = start.Anchor.IsEmpty ? null : start.Anchor.Value;
        if (anchor is not null)
        {
            _anchors[anchor] = null;
        }
        YamlOrJsonNode? node = start switch
        {
            Scalar scalar => new ScalarNode(
                Line(scalar),
                Column(scalar),
                scalar.Value,
                scalar.Style == ScalarStyle.Plain && scalar.Tag.IsEmpty
            ),
            SequenceStart => ReadSequence(start, depth),
            MappingStart => ReadMapping(start, depth),
            _ => throw new YamlException(start.Start, start.End, $"unexpected {start.GetType().Name}"),
        };
        if (anchor is not null)
        {
            _anchors[anchor] = node;
        }
        return node;
    }

    private YamlOrJsonNode? Resolve(AnchorAlias alias)
    {
        var name = alias.Value.Value;
        if (!_hasAliases)
        {
            return Stop(
                "alias",
                alias.Start,
                $"Anchors and aliases, such as *{name}, are not allowed in this " + "file.",
                "Write the value without an alias."
            );
        }
        if (!_anchors.TryGetValue(name, out var target))
        {
            var near = NearestName.Of(name, _anchors.Keys);
            return Stop(
                "unknown-alias",
                alias.Start,
                $"The alias *{name} has no anchor above it.",
                near is null ? $"Define the anchor with &{name}, or write the value without an alias." : $"Did you mean *{near}?"
            );
        }
        return target
            ?? Stop(
                "recursive-alias",
                alias.Start,
                $"The alias *{name} is used inside the value that it refers to.",
                "Write the value without an alias."
            );
    }

    private SequenceNode? ReadSequence(NodeEvent start, int depth)
    {
        var sequence = new SequenceNode(Line(start), Column(start));
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            if (ReadNode(depth + 1) is not { } item || !Grow(sequence, item, start))
            {
                return null;
            }
            sequence.Add(item);
            if (sequence.Items.Count > YamlOrJsonParsingLimits.MaxEntries)
            {
                return (SequenceNode?)TooLong(start);
            }
        }
        return sequence;
    }

    private MappingNode? ReadMapping(NodeEvent start, int depth)
    {
        var mapping = new MappingNode(Line(start), Column(start));
        var names = new Dictionary<string, ScalarNode>(StringComparer.Ordinal);
        var merged = new List<(ScalarNode Key, YamlOrJsonNode Value)>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (ReadNode(depth + 1) is not { } key || ReadNode(depth + 1) is not { } value || !Grow(mapping, value, start))
            {
                return null;
            }
            if (mapping.Entries.Count > YamlOrJsonParsingLimits.MaxEntries)
            {
                return (MappingNode?)TooLong(start);
            }
            if (key is not ScalarNode name)
            {
                YamlFaultReporter.KeyWithoutText(key, _faults);
            }
            else if (name is { IsPlain: true, Text: "<<" })
            {
                Merge(name, value, merged);
            }
            else if (names.TryAdd(name.Text, name))
            {
                mapping.Add(name, value);
            }
            else
            {
                YamlFaultReporter.DuplicateKey(name, names[name.Text], _faults);
            }
        }

        // The mapping's own keys override merged keys, and merged keys that come earlier override later ones.
        foreach ((var key, var value) in merged)
        {
            if (names.TryAdd(key.Text, key))
            {
                mapping.Add(key, value);
            }
        }
        return mapping;
    }

    private void Merge(ScalarNode key, YamlOrJsonNode value, List<(ScalarNode Key, YamlOrJsonNode Value)> merged)
    {
        foreach (var source in value is SequenceNode list ? list.Items : [value])
        {
            if (source is MappingNode mapping)
            {
                merged.AddRange(mapping.Entries);
            }
            else
            {
                YamlFaultReporter.MergeOfNoMapping(key, source, _faults);
            }
        }
    }

    private bool Grow(YamlOrJsonNode parent, YamlOrJsonNode child, NodeEvent at)
    {
        parent.Weight += child.Weight;
        if (parent.Weight <= YamlOrJsonParsingLimits.MaxNodes)
        {
            return true;
        }
        Stop(
            "too-many-values",
            at.Start,
            $"With its aliases expanded, the file has more than {YamlOrJsonParsingLimits.MaxNodes} values.",
            "Remove aliases that name lists of aliases."
        );
        return false;
    }

    private YamlOrJsonNode? TooLong(NodeEvent start) =>
        Stop(
            "too-many-values",
            start.Start,
            $"The list or mapping that begins here has more than {YamlOrJsonParsingLimits.MaxEntries} entries.",
            "Split the file, or check that it is the right one."
        );

    private YamlOrJsonNode? Stop(string code, Mark at, string message, string cure)
    {
        if (!_stopped)
        {
            _stopped = true;
            _faults.Add(code, FaultSeverity.Error, (int)at.Line, (int)at.Column, "", message, cure);
        }
        return null;
    }

    private static int Line(NodeEvent e) => (int)e.Start.Line;

    private static int Column(NodeEvent e) => (int)e.Start.Column;
}
