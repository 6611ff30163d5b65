using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orchestrator.Settings;

/// <summary>Changes one key in the text of a configuration file; comments, order and everything else stay as they are.</summary>
public static class ConfigFileEditor
{
    /// <summary>The text with the key set, or the faults of the value or the file.</summary>
    /// <param name="text">Present text of the file; empty for a new one.</param>
    /// <param name="name">Name of the setting, as in <c>retry.max_attempts</c>; older names are replaced by present ones.</param>
    /// <param name="value">The value in YAML's form.</param>
    /// <param name="path">How messages call the file.</param>
    public static (string? Text, IReadOnlyList<SettingFault> Faults) Set(string text, string name, string value, string path)
    {
        var source = new SettingSource(SettingSourceKind.RepositoryFile, path);
        if (SettingIndex.Find(name) is not { } setting)
        {
            var near = SettingIndex.Nearest(name);
            return (
                null,
                [
                    new SettingFault(
                        name,
                        "there is no such setting.",
                        near is null ? "See 'orchestrate config list'." : $"Did you mean '{near}'?",
                        source
                    ),
                ]
            );
        }
        name = SettingIndex.Canonical(name, setting);
        if (setting.IsSecret && !value.StartsWith('$') && !value.StartsWith("file:", StringComparison.Ordinal))
        {
            return (null, [new SettingFault(name, "the secret itself must not stand in a file.", $"Give {setting.Accepts}.", source)]);
        }
        var faults = new List<SettingFault>();
        ConfigurationFile.Read(text, source, faults);
        if (faults.Count > 0)
        {
            return (null, faults);
        }
        var written = Plain(value) ? value : SettingTypes.Quote(value);
        var changed = Replace(text, name, written);

        // The new text is loaded as a run would load it: an invalid one is not written.
        var before = Load(text, path);
        var after = Load(changed, path);
        var added = after.Errors.Where(fault => !before.Errors.Contains(fault)).ToList();
        return added.Count > 0 ? (null, added) : (changed, []);
    }

    private static SettingsResult Load(string text, string path) =>
        SettingsLoader.Load(new SettingsInput { RepositoryFile = new ConfigurationText(path, text) });

    // Flow lists and mappings, numbers and words are written as they are.
    private static bool Plain(string value) =>
        value.StartsWith('[') || value.StartsWith('{') || value.StartsWith('"') || (value.Length > 0 && SettingTypes.Quote(value) == value);

    private static string Replace(string text, string name, string value)
    {
        var leaf = Locate(text, name);
        if (leaf is { } found)
        {
            return text[..found.Start] + (found.Start > 0 && text[found.Start - 1] == ':' ? " " : "") + value + text[found.End..];
        }
        var dot = name.LastIndexOf('.');
        var separator = text.Length == 0 || text.EndsWith('\n') ? "" : "\n";

        // No entry yet: it is added to an existing block mapping of its siblings, else at the end with its full dotted name.
        if (dot > 0 && LocateMapping(text, name[..dot]) is { } mapping)
        {
            return text[..mapping.Start]
                + name[(dot + 1)..]
                + ": "
                + value
                + "\n"
                + new string(' ', mapping.Column)
                + text[mapping.Start..];
        }
        return text + separator + name + ": " + value + "\n";
    }

    private static (int Start, int End)? Locate(string text, string name)
    {
        (int Start, int End)? found = null;
        Walk(
            text,
            (path, start, end) =>
            {
                if (path == name || (path == name + ".count" && name == OrchestratorSettings.WorkersKey.Name))
                {
                    found = (start, end);
                }
            },
            static (_, _) => { }
        );
        return found;
    }

    // The first key of the block mapping with this name: a new entry goes before it, with the same indentation.
    private static (int Start, int Column)? LocateMapping(string text, string name)
    {
        (int, int)? found = null;
        Walk(
            text,
            static (_, _, _) => { },
            (path, first) =>
            {
                if (path == name)
                {
                    found = ((int)first.Index, (int)first.Column - 1);
                }
            }
        );
        return found;
    }

    private static void Walk(string text, Action<string, int, int> leaf, Action<string, Mark> mapping)
    {
        var parser = new Parser(new StringReader(text));
        parser.Consume<StreamStart>();
        if (parser.TryConsume<DocumentStart>(out _) && parser.TryConsume<MappingStart>(out _))
        {
            WalkMapping(parser, "", leaf, mapping);
        }
    }

    private static void WalkMapping(Parser parser, string prefix, Action<string, int, int> leaf, Action<string, Mark> mapping)
    {
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var path = prefix + parser.Consume<Scalar>().Value;
            if (parser.TryConsume<MappingStart>(out var start))
            {
                if (start.Style == MappingStyle.Block && parser.Accept<Scalar>(out var first))
                {
                    mapping(path, first.Start);
                }
                WalkMapping(parser, path + ".", leaf, mapping);
            }
            else
            {
                var begin = (int)parser.Current!.Start.Index;
                leaf(path, begin, EndOfNode(parser));
            }
        }
    }

    // A block's own end is at the next token, so its last scalar counts; a flow list ends with its bracket, one character long.
    private static int EndOfNode(Parser parser)
    {
        var flow = parser.Current is SequenceStart { Style: SequenceStyle.Flow };
        var (depth, end) = (0, 0);
        do
        {
            depth += parser.Current!.NestingIncrease;
            if (parser.Current is Scalar scalar)
            {
                end = (int)scalar.End.Index;
            }
            else if (flow)
            {
                end = (int)parser.Current.Start.Index + 1;
            }
            parser.MoveNext();
        } while (depth > 0);

        return end;
    }
}
