using System.Buffers;

namespace Orchestrator.Plans;

/// <summary>Adds and parses the command prefix with which a gate changes to the folder of a nested project.</summary>
public static class GateCommandFolderPrefixEditor
{
    private const string Enter = "cd ";
    private const string Then = " && ";
    private static readonly SearchValues<char> ShellCharacters = SearchValues.Create(" '\"$;|");

    /// <summary>Prefixes a command so that it runs in the given folder.</summary>
    /// <param name="folder">Folder relative to the root. It must not contain characters that need quoting.</param>
    /// <param name="command">A shell command.</param>
    public static string Join(string folder, string command) => $"{Enter}{folder}{Then}{command}";

    /// <summary>Splits a command into the folder that it changes to and the command that it runs there.</summary>
    /// <returns>The folder (empty for the root), and the command that runs there.</returns>
    public static (string Folder, string Command) Split(string command)
    {
        var end = command.IndexOf(Then, StringComparison.Ordinal);
        return
            command.StartsWith(Enter, StringComparison.Ordinal)
            && end > 0
            && !command.AsSpan(Enter.Length, end - Enter.Length).ContainsAny(ShellCharacters)
            ? (command[Enter.Length..end], command[(end + Then.Length)..])
            : ("", command);
    }
}
