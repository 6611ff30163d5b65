using Orchestrator.App.Conversations;
using Orchestrator.Cli.Console;

namespace Orchestrator.Cli.Commands;

/// <summary><c>sessions</c>: lists the Claude Code conversations on this machine, including those that no run has started.</summary>
internal sealed class SessionsCommand : CliCommand
{
    private readonly Option<double?> _hours = new("--hours")
    {
        Description = "List only conversations from the last H hours",
        HelpName = "H",
    };
    private readonly Option<int> _limit = new("--limit")
    {
        Description = "Maximum number of conversations",
        HelpName = "N",
        DefaultValueFactory = static _ => RunQueryArgumentDefaults.ListLength,
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public SessionsCommand()
        : base("sessions", "List the Claude Code conversations on this machine, including those outside of runs")
    {
        Add(_hours);
        Add(_limit);
        Add(_json);
        Add(new SessionsShowCommand());
        Add(new SessionsAdoptCommand());
        Add(new SessionsResumeCommand());
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var (hours, limit) = (parsed.GetValue(_hours), parsed.GetValue(_limit));
        var queries = new RunQueries(context);
        if (parsed.GetValue(_json))
        {
            context.Print(queries.Conversations(hours, limit, stop), DocumentJson.Default.SessionsDocument);
            return Task.FromResult(UseCaseOutcome.Done);
        }
        var (folder, sessions) = queries.FindConversations(hours, limit, stop);
        if (sessions.Count == 0)
        {
            context.Terminal.Inform(
                (hours is null ? "No conversations" : $"No conversations from the last {Plural.Of((decimal)hours, "hour", "hours")}")
                    + $" were found below {folder}/projects."
            );
        }
        foreach (var session in sessions.Take(limit))
        {
            Show(session, context.Terminal);
        }
        if (sessions.Count > limit)
        {
            context.Terminal.Inform($"And {sessions.Count - limit} more: --limit {sessions.Count} lists all.");
        }
        return Task.FromResult(UseCaseOutcome.Done);
    }

    private static void Show(ClaudeSession session, ITerminal terminal)
    {
        var width = terminal.OutputWidth;
        terminal.Show($"{session.Id}  {StandingOf(session)}  {Measures(session)}");
        foreach (var line in Lines(session))
        {
            terminal.Show("  " + TextCellWidth.Cut(line, Math.Max(20, width - 2)));
        }
    }

    /// <summary>Returns the lines with a conversation's details, which are shown below its first line.</summary>
    internal static IEnumerable<string> Lines(ClaudeSession session)
    {
        if (session.Fault is { } fault)
        {
            yield return $"not read: {fault} ({session.File})";
        }
        if (session.Title is { } title)
        {
            yield return new UntrustedText(title).Line;
        }
        if (session.Folder is { } folder)
        {
            yield return new UntrustedText(folder).Line
                + (session.Branch is { } branch ? $" ({new UntrustedText(branch).Line})" : "")
                + (session.Task is { } task ? $", task {task}" : "");
        }
        if (session.LastWords is { } words && words != session.Title)
        {
            yield return $"\"{new UntrustedText(words).Line}\"";
        }
    }

    /// <summary>Formats the state of a conversation.</summary>
    internal static string StandingOf(ClaudeSession session) =>
        session.Standing switch
        {
            ClaudeSessionStatus.Alive => $"alive (process {session.ProcessId})",
            ClaudeSessionStatus.Unknown => "state unknown",
            _ => "ended",
        };

    /// <summary>Formats a conversation's last write time, file size and number of context tokens.</summary>
    internal static string Measures(ClaudeSession session)
    {
        var tokens = session.ContextTokens is { } count ? $"{Plural.Grouped(count, "token")} of context" : "tokens unknown";
        var last = session.LastAt is { } at ? LocalTimeFormatter.ToMinute(at) : "time unknown";
        return $"{last}, {ByteSizes.Describe(session.Bytes)}, {tokens}";
    }
}
