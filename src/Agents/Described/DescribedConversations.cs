using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Described;

/// <summary>Finds the conversations of a described program in the home.</summary>
internal static class DescribedConversations
{
    private const int ShortId = 8;
    private const long LargestConversation = 4L * 1024 * 1024 * 1024;

    /// <summary>The file with a conversation, or null. Of several the newest.</summary>
    /// <param name="home">Absolute path of the home.</param>
    /// <param name="session">The conversation's id, as the program or we chose it.</param>
    internal static string? Find(ConversationDescription conversation, string home, string session)
    {
        // It becomes a part of a path, and programs choose it.
        if (session.Length == 0 || !session.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            return null;
        }
        var pattern = conversation
            .File.Replace("{session}", session, StringComparison.Ordinal)
            .Replace("{session8}", session[..Math.Min(ShortId, session.Length)], StringComparison.Ordinal);
        return Match(home, pattern.Split('/'))
            .Where(file =>
                (conversation.Holds == ConversationHolding.One && conversation.File.Contains("{session}", StringComparison.Ordinal))
                || Mentions(file, session)
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

    /// <summary>True if the id stands in a file, or in the log of a database that is not written back yet.</summary>
    private static bool Mentions(string file, string session) => IsIn(file, session) || IsIn(file + "-wal", session);

    private static bool IsIn(string file, string session)
    {
        // A confined agent may have put a pipe or a link there, or a file without an end.
        using var stream = RegularFile.TryOpen(file);
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
