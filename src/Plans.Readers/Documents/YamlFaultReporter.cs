using YamlDotNet.Core;

namespace Orchestrator.Plans.Readers.Documents;

/// <summary>Reports errors in YAML with their positions.</summary>
internal static class YamlFaultReporter
{
    /// <summary>Reports invalid YAML syntax.</summary>
    public static void Syntax(string text, Mark at, string reason, FaultList faults)
    {
        var line = (int)Math.Max(1, at.Line);
        var column = (int)Math.Max(1, at.Column);

        // The scanner reports the start of the token that the tab ends, so the tab itself may be on a later line.
        for (var near = line; near < line + 3; near++)
        {
            var indentation = LineOf(text, near);
            indentation = indentation[..^indentation.TrimStart().Length];
            if (indentation.Contains('\t', StringComparison.Ordinal))
            {
                faults.Add(
                    "tab-indentation",
                    FaultSeverity.Error,
                    near,
                    indentation.IndexOf('\t', StringComparison.Ordinal) + 1,
                    "",
                    "The line is indented with a tab, which YAML does not allow.",
                    "Indent with spaces."
                );
                return;
            }
        }
        var shown = LineOf(text, line).Trim();
        shown = shown.Length > 80 ? shown[..80] + "..." : shown;
        faults.Add(
            "yaml-syntax",
            FaultSeverity.Error,
            line,
            column,
            "",
            $"This is not valid YAML: {reason.Trim().TrimEnd('.')}.",
            "Check the quotes, colons, brackets and indentation "
                + (shown.Length == 0 ? "just above." : $"at and just above the line '{shown}'.")
        );
    }

    private static string LineOf(string text, int line)
    {
        var start = 0;
        for (var i = 1; i < line; i++)
        {
            var end = text.IndexOf('\n', start);
            if (end < 0)
            {
                return "";
            }
            start = end + 1;
        }
        var stop = text.IndexOf('\n', start);
        return text[start..(stop < 0 ? text.Length : stop)].TrimEnd('\r');
    }

    /// <summary>Reports a duplicate key in a mapping.</summary>
    public static void DuplicateKey(ScalarNode second, ScalarNode first, FaultList faults) =>
        faults.Error(
            "duplicate-key",
            second,
            second.Text,
            $"The key '{second.Text}' is repeated; it is already on line {first.Line}.",
            "Keep one of the two."
        );

    /// <summary>Reports a second document in the file.</summary>
    public static void SeveralDocuments(Mark second, FaultList faults) =>
        faults.Add(
            "several-documents",
            FaultSeverity.Error,
            (int)second.Line,
            (int)second.Column,
            "",
            "The file contains more than one YAML document.",
            "Keep one document per file: remove the line '---' and everything after it."
        );

    /// <summary>Reports a key that is a list or a mapping.</summary>
    public static void KeyWithoutText(YamlOrJsonNode key, FaultList faults) =>
        faults.Error(
            "wrong-type",
            key,
            "",
            $"A key must be a string, not {key.Kind}.",
            "Write KEY: VALUE; a string that begins with '{' or '[' needs quotes."
        );

    /// <summary>Reports a merge key whose value is not a mapping.</summary>
    public static void MergeOfNoMapping(ScalarNode key, YamlOrJsonNode source, FaultList faults) =>
        faults.Error(
            "wrong-type",
            key,
            "<<",
            $"The merge key '<<' takes mappings, not {source.Kind}.",
            "Name an anchor of a mapping: '<<: *NAME'."
        );
}
