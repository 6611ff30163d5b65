using System.Buffers;

namespace Orchestrator.Plans;

/// <summary>Normalizes commands, so that equivalent gates with different spellings run only once.</summary>
internal static class GateCommandNormalizer
{
    private static readonly SearchValues<char> ShellCharacters = SearchValues.Create("'\"`\\$;|&<>(){}*?[]#~\n");

    // Names of scripts for which these package managers have no built-in command, so that 'run' may be omitted.
    private static readonly string[] Scripts = ["test", "lint", "build", "typecheck", "type-check"];

    private static readonly (string[] From, string[] To)[] Spellings =
    [
        (["npm", "test"], ["npm", "run", "test"]),
        (["npm", "t"], ["npm", "run", "test"]),
        (["npm", "tst"], ["npm", "run", "test"]),
        (["npm", "run-script"], ["npm", "run"]),
        (["pnpm", "t"], ["pnpm", "run", "test"]),
        (["pnpm", "tst"], ["pnpm", "run", "test"]),
        (["pnpm", "run-script"], ["pnpm", "run"]),
        (["composer", "test"], ["composer", "run", "test"]),
        (["composer", "run-script"], ["composer", "run"]),
        (["cargo", "t"], ["cargo", "test"]),
        (["cargo", "b"], ["cargo", "build"]),
        (["cargo", "c"], ["cargo", "check"]),
    ];

    /// <summary>Returns the normalized command, which is the same for commands known to be equivalent.</summary>
    public static string Of(string command)
    {
        var (folder, rest) = GateCommandFolderPrefixEditor.Split(command.Trim());
        if (rest.AsSpan().ContainsAny(ShellCharacters))
        {
            return command;
        }
        var words = rest.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var same = string.Join(' ', Usual(words));
        return folder.Length == 0 ? same : GateCommandFolderPrefixEditor.Join(folder, same);
    }

    private static string[] Usual(string[] words)
    {
        foreach (var (from, to) in Spellings)
        {
            if (words.AsSpan().StartsWith(from))
            {
                return [.. to, .. words[from.Length..]];
            }
        }
        return words is ["pnpm" or "yarn", var script, ..] && Scripts.Contains(script) ? [words[0], "run", .. words[1..]] : words;
    }
}
