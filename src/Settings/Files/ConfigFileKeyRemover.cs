using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orchestrator.Settings;

/// <summary>Removes a key or section from the text of a configuration file, together with each mapping that becomes empty.</summary>
internal static class ConfigFileKeyRemover
{
    /// <summary>Returns the text without a key or section. The text is unchanged if it does not contain them.</summary>
    /// <param name="text">Text of a valid file.</param>
    /// <param name="name">Current or former name of a setting, or the name of a section.</param>
    public static string Remove(string text, string name)
    {
        while (Entries(text).FirstOrDefault(entry => entry.IsLeaf && IsMeant(entry.Path, name)) is { } found)
        {
            while (found is { Siblings: 1, Parent: { } parent })
            {
                found = parent;
            }
            text = Without(text, found);
        }
        return text;
    }

    private static bool IsMeant(string path, string name) =>
        path == name
        || path.StartsWith(name + ".", StringComparison.Ordinal)
        || (
            SettingDeclarationIndex.Find(name) is { } setting
            && SettingDeclarationIndex.Find(path) == setting
            && SettingDeclarationIndex.Canonical(path, setting) == SettingDeclarationIndex.Canonical(name, setting)
        );

    private static string Without(string text, ConfigKeyTextRange entry)
    {
        if (entry.IsInFlow)
        {
            var (start, end) =
                entry.Next is { } next ? (entry.Start, next.Start)
                : entry.Previous is { } previous ? (previous.End, entry.End)
                : (entry.Start, entry.End);
            return text[..start] + text[end..];
        }
        var line = entry.Start == 0 ? 0 : text.LastIndexOf('\n', entry.Start - 1) + 1;
        var after = entry.End > 0 && text[entry.End - 1] == '\n' ? entry.End - 1 : text.IndexOf('\n', entry.End);
        return text[..line] + (after < 0 ? "" : text[(after + 1)..]);
    }

    private static List<ConfigKeyTextRange> Entries(string text)
    {
        var entries = new List<ConfigKeyTextRange>();
        var parser = new Parser(new StringReader(text));
        parser.Consume<StreamStart>();
        if (parser.TryConsume<DocumentStart>(out _) && parser.TryConsume<MappingStart>(out var root))
        {
            AddMapping(parser, root, null, entries);
        }
        return entries;
    }

    /// <summary>Adds the entries of a mapping to a list.</summary>
    /// <returns>Offset at which the mapping ends.</returns>
    private static int AddMapping(Parser parser, MappingStart mapping, ConfigKeyTextRange? parent, List<ConfigKeyTextRange> entries)
    {
        var (isInFlow, own) = (mapping.Style == MappingStyle.Flow, new List<ConfigKeyTextRange>());
        while (!parser.Accept<MappingEnd>(out _))
        {
            var key = parser.Consume<Scalar>();
            var entry = new ConfigKeyTextRange(
                parent is null ? key.Value : $"{parent.Path}.{key.Value}",
                (int)key.Start.Index,
                isInFlow,
                parent
            );
            entries.Add(entry);
            own.Add(entry);
            if (parser.TryConsume<MappingStart>(out var inner))
            {
                entry.End = AddMapping(parser, inner, entry, entries);
                entry.IsLeaf = entry.Inner == 0;
            }
            else
            {
                entry.End = Math.Max((int)key.End.Index, ConfigFileEditor.EndOfNode(parser));
            }
        }
        var closed = parser.Consume<MappingEnd>();
        foreach (var (index, entry) in own.Index())
        {
            entry.Siblings = own.Count;
            entry.Previous = index > 0 ? own[index - 1] : null;
            entry.Next = index + 1 < own.Count ? own[index + 1] : null;
        }
        if (parent is not null)
        {
            parent.Inner = own.Count;
        }
        return isInFlow ? (int)closed.Start.Index + 1
            : own.Count > 0 ? own[^1].End
            : (int)mapping.End.Index;
    }

    /// <summary>A key and its value, given by their offsets in the text.</summary>
    private sealed class ConfigKeyTextRange(string path, int start, bool isInFlow, ConfigKeyTextRange? parent)
    {
        public string Path { get; } = path;

        public int Start { get; } = start;

        public bool IsInFlow { get; } = isInFlow;

        public ConfigKeyTextRange? Parent { get; } = parent;

        public int End { get; set; }

        public bool IsLeaf { get; set; } = true;

        /// <summary>Number of entries in the key's value, if the value is a mapping.</summary>
        public int Inner { get; set; }

        /// <summary>Number of entries in the mapping that contains this entry, including the entry itself.</summary>
        public int Siblings { get; set; }

        public ConfigKeyTextRange? Previous { get; set; }

        public ConfigKeyTextRange? Next { get; set; }
    }
}
