using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orchestrator.Settings;

/// <summary>Edits keys in the text of a configuration file. Comments, order and all other text stay unchanged.</summary>
public static class ConfigFileEditor
{
    /// <summary>Sets keys. The new values are validated together, so their order does not matter.</summary>
    /// <param name="text">Current text of the file; empty for a new file.</param>
    /// <param name="changes">Names of settings, such as <c>retry.max_attempts</c>, with their values in YAML. Former names are replaced
    /// with current ones.</param>
    /// <param name="path">Name of the file, for messages.</param>
    /// <param name="load">Loads a text of the file in the same way as a run, together with the other files that apply.</param>
    /// <returns>The new text, or null with the faults if a value or the file is invalid.</returns>
    public static (string? Text, IReadOnlyList<SettingFault> Faults) Set(
        string text,
        IReadOnlyList<(string Name, string Value)> changes,
        string path,
        Func<string, SettingsLoadResult> load
    )
    {
        var source = new SettingSource(SettingSourceKind.RepositoryFile, path);
        var changed = text;
        foreach (var (name, value) in changes)
        {
            if (Refusal(name, value, source) is { } refusal)
            {
                return (null, [refusal]);
            }
            var faults = new List<SettingFault>();
            ConfigurationFile.Read(changed, source, faults);
            if (faults.Count > 0)
            {
                return (null, faults);
            }
            var canonical = SettingDeclarationIndex.Canonical(name, SettingDeclarationIndex.Find(name)!);
            changed = Replace(changed, canonical, Plain(value) ? value : CommonSettingConverters.Quote(value));
        }
        return Validated(text, changed, load);
    }

    /// <summary>Removes keys, or whole sections such as <c>agents.NAME</c>.</summary>
    /// <param name="text">Current text of the file.</param>
    /// <param name="names">Names of settings or sections.</param>
    /// <param name="path">Name of the file, for messages.</param>
    /// <param name="load">Loads a text of the file in the same way as a run, together with the other files that apply.</param>
    /// <returns>The text without the keys, which is unchanged if it contains none of them. Null with the faults if the remaining text is
    /// invalid.</returns>
    public static (string? Text, IReadOnlyList<SettingFault> Faults) Unset(
        string text,
        IReadOnlyList<string> names,
        string path,
        Func<string, SettingsLoadResult> load
    )
    {
        var faults = new List<SettingFault>();
        ConfigurationFile.Read(text, new SettingSource(SettingSourceKind.RepositoryFile, path), faults);
        if (faults.Count > 0)
        {
            return (null, faults);
        }
        return Validated(text, names.Aggregate(text, ConfigFileKeyRemover.Remove), load);
    }

    /// <summary>True if the text of a valid file contains a setting, or any setting in a section.</summary>
    public static bool Has(string text, string name)
    {
        var faults = new List<SettingFault>();
        ConfigurationFile.Read(text, new SettingSource(SettingSourceKind.RepositoryFile, ""), faults);
        return faults.Count == 0 && ConfigFileKeyRemover.Remove(text, name) != text;
    }

    /// <summary>Loads the new text as a run would, and rejects it if the change introduces errors.</summary>
    private static (string? Text, IReadOnlyList<SettingFault> Faults) Validated(
        string text,
        string changed,
        Func<string, SettingsLoadResult> load
    )
    {
        var before = load(text);
        var added = load(changed).Errors.Where(fault => !before.Errors.Contains(fault)).ToList();
        return added.Count > 0 ? (null, added) : (changed, []);
    }

    private static SettingFault? Refusal(string name, string value, SettingSource source)
    {
        if (SettingDeclarationIndex.Find(name) is not { } setting)
        {
            var near = SettingDeclarationIndex.Nearest(name);
            var cure = near is null ? "See 'orchestrate config list'." : $"Did you mean '{near}'?";
            return new SettingFault(name, "there is no such setting.", cure, source);
        }
        return setting.IsSecret && !value.StartsWith('$') && !value.StartsWith("file:", StringComparison.Ordinal)
            ? new SettingFault(
                SettingDeclarationIndex.Canonical(name, setting),
                "a file must not contain the secret itself.",
                $"Give {setting.Accepts}.",
                source
            )
            : null;
    }

    // Flow lists, flow mappings, numbers and plain words need no quotes.
    private static bool Plain(string value) =>
        value.StartsWith('[')
        || value.StartsWith('{')
        || value.StartsWith('"')
        || (value.Length > 0 && CommonSettingConverters.Quote(value) == value);

    private static string Replace(string text, string name, string value)
    {
        var leaf = Locate(text, name);
        if (leaf is { } found)
        {
            return text[..found.Start] + (found.Start > 0 && text[found.Start - 1] == ':' ? " " : "") + value + text[found.End..];
        }
        var dot = name.LastIndexOf('.');
        var separator = text.Length == 0 || text.EndsWith('\n') ? "" : "\n";

        // A new entry is added to the block mapping that already contains its siblings, or otherwise at the end with its full dotted name.
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

    // Finds the first key in the block mapping with this name. A new entry is inserted before it, with the same indentation.
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

    // YamlDotNet reports the end of a block at the next token, so the block's last scalar is used. A flow list ends with its bracket, which
    // is one character long.
    internal static int EndOfNode(Parser parser)
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
