using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Described;

/// <summary>Finds conversations that a program with an agent description stores in the home directory.</summary>
internal static class DescribedAgentConversationFinder
{
    private const int ShortId = 8;
    private const long LargestConversation = 4L * 1024 * 1024 * 1024;

    /// <summary>Returns the path of the newest file that contains a conversation, or null if there is none.</summary>
    /// <param name="home">Absolute path of the home directory.</param>
    /// <param name="session">Id of the conversation, chosen by the program or by the caller.</param>
    internal static string? Find(ConversationStorageDescription conversation, string home, string session)
    {
        // The id is checked, because a program chooses it and it becomes part of a path.
        if (session.Length == 0 || !session.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            return null;
        }
        var pattern = conversation
            .File.Replace("{session}", session, StringComparison.Ordinal)
            .Replace("{session8}", session[..Math.Min(ShortId, session.Length)], StringComparison.Ordinal);
        return Match(home, pattern.Split('/'))
            .Where(file =>
                (conversation.Holds == ConversationFileContent.One && conversation.File.Contains("{session}", StringComparison.Ordinal))
                || ContainsId(file, session)
            )
            .MaxBy(File.GetLastWriteTimeUtc);
    }

    private static IEnumerable<string> Match(string folder, string[] names)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }
        if (!names[0].Contains('*', StringComparison.Ordinal))
        {
            var path = Path.Combine(folder, names[0]);
            return names.Length > 1 ? Match(path, [.. names.Skip(1)])
                : File.Exists(path) ? [path]
                : [];
        }
        Regex name = new(
            "^" + Regex.Escape(names[0]).Replace("\\*", ".*", StringComparison.Ordinal) + "$",
            RegexOptions.NonBacktracking | RegexOptions.CultureInvariant
        );
        var found = (names.Length > 1 ? Directory.EnumerateDirectories(folder) : Directory.EnumerateFiles(folder)).Where(path =>
            name.IsMatch(Path.GetFileName(path))
        );
        return names.Length > 1 ? found.SelectMany(path => Match(path, [.. names.Skip(1)])) : found;
    }

    /// <summary>True if the id occurs in a file, or in the write-ahead log of a database.</summary>
    private static bool ContainsId(string file, string session) => IsIn(file, session) || IsIn(file + "-wal", session);

    private static bool IsIn(string file, string session)
    {
        // A confined agent may have created a pipe, a link or an endless file at the path.
        using var stream = RegularFileReader.TryOpen(file);
        if (stream is null || stream.Length > LargestConversation)
        {
            return false;
        }
        var wanted = Encoding.ASCII.GetBytes(session);
        var buffer = new byte[1024 * 1024];
        var kept = 0;
        for (int read; (read = stream.Read(buffer, kept, buffer.Length - kept)) > 0; )
        {
            var all = kept + read;
            if (buffer.AsSpan(0, all).IndexOf(wanted) >= 0)
            {
                return true;
            }
            kept = Math.Min(wanted.Length - 1, all);
            buffer.AsSpan(all - kept, kept).CopyTo(buffer);
        }
        return false;
    }
}
