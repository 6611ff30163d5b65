using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orchestrator.Settings;

/// <summary>Reads the text of a configuration file (YAML, of which JSON is a part) into raw values with their lines.</summary>
internal static class YamlConfiguration
{
    /// <summary>Larger files are refused.</summary>
    public const int MaxLength = 1_000_000;

    private const int MaxDepth = 50;

    /// <summary>The top mapping, or null for an empty or invalid file.</summary>
    public static RawMap? Read(string text, SettingSource file, ICollection<SettingFault> faults)
    {
        if (text.Length > MaxLength)
        {
            faults.Add(
                new SettingFault("", $"the file has {text.Length} characters; it is no configuration.", $"Keep it under {MaxLength}.", file)
            );
            return null;
        }
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            faults.Add(new SettingFault("", "the file is binary.", "Write YAML text.", file));
            return null;
        }
        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
            {
                return null;
            }
            parser.Consume<DocumentStart>();
            var value = ReadNode(parser, 0);
            parser.Consume<DocumentEnd>();
            if (!parser.Accept<StreamEnd>(out _))
            {
                faults.Add(
                    new SettingFault(
                        "",
                        "a second document begins here, and nobody would read it.",
                        "Keep one document: remove the line '---'.",
                        file with
                        {
                            Line = (int)parser.Current!.Start.Line,
                        }
                    )
                );
                return null;
            }
            switch (value)
            {
                case RawMap map:
                    return map;
                case RawScalar { Text.Length: 0 }:
                    return null;
                default:
                    faults.Add(
                        new SettingFault(
                            "",
                            "the file is not a mapping.",
                            "Write one 'key: value' per line.",
                            file with
                            {
                                Line = value.Line,
                            }
                        )
                    );
                    return null;
            }
        }
        catch (YamlException exception)
        {
            faults.Add(
                new SettingFault(
                    "",
                    $"this is no valid {(file.Place.EndsWith(".json", StringComparison.Ordinal) ? "JSON" : "YAML")}: "
                        + $"{exception.Message.TrimEnd('.')}.",
                    "Correct the line.",
                    file with
                    {
                        Line = (int)exception.Start.Line,
                    }
                )
            );
            return null;
        }
    }

    private static RawValue ReadNode(Parser parser, int depth)
    {
        var line = (int)parser.Current!.Start.Line;
        if (depth > MaxDepth)
        {
            throw new YamlException(parser.Current.Start, parser.Current.End, $"more than {MaxDepth} levels");
        }
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return new RawScalar(scalar.IsPlainImplicit && scalar.Value is "~" or "null" ? "" : scalar.Value, line);
        }
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<RawValue>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(ReadNode(parser, depth + 1));
            }
            return new RawList(items, line);
        }
        if (parser.TryConsume<MappingStart>(out _))
        {
            return ReadMapping(parser, depth, line);
        }
        throw new YamlException(parser.Current.Start, parser.Current.End, "anchors and aliases are not used in configuration");
    }

    private static RawMap ReadMapping(Parser parser, int depth, int line)
    {
        var entries = new List<RawEntry>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var start = parser.Current!.Start;
            if (!parser.TryConsume<Scalar>(out var key))
            {
                throw new YamlException(start, parser.Current.End, "a key must be one word");
            }
            if (entries.Exists(entry => entry.Key == key.Value))
            {
                throw new YamlException(start, key.End, $"the key '{key.Value}' is there twice");
            }
            entries.Add(new RawEntry(key.Value, ReadNode(parser, depth + 1), (int)start.Line));
        }
        return new RawMap(entries, line);
    }
}
