using System.Text.RegularExpressions;

namespace Orchestrator.Plans;

/// <summary>Text of an instruction file, with its imports (<c>@path</c> outside of code) and the paths that it applies to.</summary>
/// <param name="Body">Text without its front matter.</param>
/// <param name="Imports">Imported paths as written. May contain user names, which have the same syntax.</param>
/// <param name="Scopes">Globs of the files that the text applies to; empty for all files.</param>
public sealed partial record AgentInstructionFileContent(string Body, IReadOnlyList<string> Imports, IReadOnlyList<string> Scopes)
{
    /// <summary>Parses the text of an instruction file.</summary>
    public static AgentInstructionFileContent Read(string text)
    {
        var (head, body) = Divide(text.ReplaceLineEndings("\n"));
        var imports = new List<string>();
        Walk(
            body,
            path =>
            {
                imports.Add(path);
                return false;
            }
        );
        return new AgentInstructionFileContent(body.Trim(), imports, Scoped(head));
    }

    /// <summary>
    /// Returns the text without import markers. With them, an agent program could import the files again, or even import files outside of
    /// the repository.
    /// </summary>
    /// <param name="isImport">Returns true if the path was imported.</param>
    public string Unmarked(Func<string, bool> isImport) => Walk(Body, path => path[0] is '/' or '~' or '.' || isImport(path));

    private static string Walk(string text, Func<string, bool> isUnmarked)
    {
        var isCode = false;
        return string.Join(
            '\n',
            text.Split('\n')
                .Select(line =>
                {
                    if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
                    {
                        isCode = !isCode;
                    }
                    return isCode ? line : WalkLine(line, isUnmarked);
                })
        );
    }

    private static string WalkLine(string line, Func<string, bool> isUnmarked)
    {
        // Every second part between backticks is code.
        var pieces = line.Split('`');
        for (var index = 0; index < pieces.Length; index += 2)
        {
            pieces[index] = Mark().Replace(pieces[index], match => isUnmarked(match.Groups[1].Value) ? match.Groups[1].Value : match.Value);
        }
        return string.Join('`', pieces);
    }

    private static (string[] Head, string Body) Divide(string text)
    {
        const string Fence = "---\n";
        return text.StartsWith(Fence, StringComparison.Ordinal) && text.IndexOf("\n---", StringComparison.Ordinal) is > 0 and var end
            ? (text[Fence.Length..Math.Max(Fence.Length, end)].Split('\n'), After(text, end + 1))
            : ([], text);
    }

    private static string After(string text, int line) => text.IndexOf('\n', line) is > 0 and var end ? text[end..] : "";

    /// <summary>Parses the value of <c>paths</c>: a single glob, several globs separated by commas, or a list.</summary>
    private static IReadOnlyList<string> Scoped(string[] head)
    {
        var first = Array.FindIndex(head, line => line.StartsWith("paths:", StringComparison.Ordinal));
        if (first < 0)
        {
            return [];
        }
        var same = head[first]["paths:".Length..].Trim().TrimStart('[').TrimEnd(']');
        var below = head.Skip(first + 1).TakeWhile(line => line.TrimStart().StartsWith('-')).Select(line => line.TrimStart()[1..]);
        return
        [
            .. (same.Length > 0 ? Comma().Split(same) : below).Select(glob => glob.Trim().Trim('"', '\'')).Where(glob => glob.Length > 0),
        ];
    }

    // A full stop or comma after a path is punctuation.
    [GeneratedRegex(@"(?<=^|\s|\()@([\w.~/-](?:[^\s`()]*[^\s`().,;:!?])?)")]
    private static partial Regex Mark();

    // A comma inside braces is part of a glob.
    [GeneratedRegex(@",(?![^{]*\})")]
    private static partial Regex Comma();
}
