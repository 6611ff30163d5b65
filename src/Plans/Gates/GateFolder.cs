using System.Buffers;

namespace Orchestrator.Plans;

/// <summary>The folder in which a gate of a project below the root runs, as the beginning of its command.</summary>
public static class GateFolder
{
    private const string Enter = "cd ";
    private const string Then = " && ";
    private static readonly SearchValues<char> ShellCharacters = SearchValues.Create(" '\"$;|");

    /// <summary>A command that runs in a folder.</summary>
    /// <param name="folder">The folder, relative to the root, of characters that need no quotes.</param>
    /// <param name="command">A shell command.</param>
    public static string Join(string folder, string command) => $"{Enter}{folder}{Then}{command}";

    /// <summary>Takes a command apart.</summary>
    /// <returns>The folder, empty for the root, and the command in it.</returns>
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
