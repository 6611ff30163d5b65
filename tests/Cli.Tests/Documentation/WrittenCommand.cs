using System.CommandLine;
using System.Text;
using Orchestrator.Cli.Startup;
using Orchestrator.Plans;

namespace Orchestrator.Cli.Tests.Documentation;

/// <summary>A command line as a page shows it, perhaps with words in capitals that stand for others.</summary>
internal static class WrittenCommand
{
    private const string Program = "orchestrate ";

    /// <summary>Parses a documented command line as the program does.</summary>
    public static ParseResult Parse(string line)
    {
        var words = Words(line);
        return CliCommandRegistry.Root(words).Parse(words);
    }

    /// <summary>The command lines of this program in a text: each from its name to the end of its line or to a sign of the shell.</summary>
    public static IEnumerable<string> In(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            for (var at = Next(line, 0); at >= 0; at = Next(line, at + 1))
            {
                yield return line[at..];
            }
        }
    }

    /// <summary>The reason why a command line is invalid, such as an unknown command or option, or null if it is valid.</summary>
    public static string? FaultOf(string line)
    {
        var words = Words(line);
        if (words is ["help", "--all"])
        {
            return null;
        }
        var command = CliCommandRegistry.Root([]);
        var used = 0;
        while (used < words.Count && command.Subcommands.FirstOrDefault(inner => inner.Name == words[used]) is { } found)
        {
            command = found;
            used++;
        }
        if (used == 0 && words.Count > 0 && !words[0].StartsWith('-') && !words[0].All(char.IsAsciiLetterUpper))
        {
            return $"'{line}': there is no command '{words[0]}'. {NearestName.Of(words[0], command.Subcommands.Select(c => c.Name))}";
        }
        var known = command
            .Options.Concat(CliCommandRegistry.Root([]).Options)
            .SelectMany(option => option.Aliases.Append(option.Name))
            .ToHashSet();
        var unknown = words
            .Skip(used)
            .FirstOrDefault(word => word is ['-', not ('-' or ' '), ..] or ['-', '-', _, ..] && !known.Contains(word.Split('=')[0]));
        return unknown is null ? null : $"'{line}': '{command.Name}' has no option '{unknown}'. {NearestName.Of(unknown, known)}";
    }

    private static int Next(string line, int from)
    {
        for (
            var at = line.IndexOf(Program, from, StringComparison.Ordinal);
            at >= 0;
            at = line.IndexOf(Program, at + 1, StringComparison.Ordinal)
        )
        {
            if (at == 0 || line[at - 1] is ' ' or '`' or '/' or '(' or '[' or '"' or '\'')
            {
                return at;
            }
        }
        return -1;
    }

    // As a shell divides it, up to its first sign.
    private static List<string> Words(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var quote = '\0';
        var isOpen = false;
        foreach (var sign in line[Program.Length..] + " ")
        {
            if (quote != '\0')
            {
                quote = sign == quote ? '\0' : quote;
                _ = quote == '\0' ? word : word.Append(sign);
            }
            else if (sign is '"' or '\'')
            {
                quote = sign;
                isOpen = true;
            }
            else if (sign is ' ' or '|' or '>' or '#' or ';' or '&')
            {
                if (isOpen)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    isOpen = false;
                }
                if (sign != ' ')
                {
                    break;
                }
            }
            else
            {
                word.Append(sign);
                isOpen = true;
            }
        }
        return words;
    }
}
