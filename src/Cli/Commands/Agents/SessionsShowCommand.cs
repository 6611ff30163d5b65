using System.Globalization;
using Orchestrator.App.Conversations;

namespace Orchestrator.Cli.Commands;

/// <summary><c>sessions show</c>: shows one conversation with its last messages.</summary>
internal sealed class SessionsShowCommand : CliCommand
{
    private readonly Argument<string> _id = Id();
    private readonly Option<int> _last = new("--last")
    {
        Description = "Number of messages to show",
        HelpName = "N",
        DefaultValueFactory = static _ => 10,
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public SessionsShowCommand()
        : base("show", "Show the details and the last messages of a conversation")
    {
        Add(_id);
        Add(_last);
        Add(_json);
    }

    /// <summary>Creates the argument that names a conversation.</summary>
    internal static Argument<string> Id() => new("ID") { Description = "Id of the conversation, or the first characters of the id" };

    /// <summary>Returns the conversation whose id is the given text or is the only one that starts with it.</summary>
    /// <exception cref="UseCaseException">The text matches no conversation or several.</exception>
    internal static ClaudeSession Require(string given, CliCommandServiceBundle context)
    {
        var known = new ClaudeSessionReader(context.Environment);
        var ids = known.Ids();
        if (ids.Count == 0)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"There are no conversations below {known.ConfigDirectory}/projects.",
                "Set CLAUDE_CONFIG_DIR if Claude Code uses another folder."
            );
        }
        return known.Find(UniquePrefix.Find(given, ids, "conversation"))!;
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var session = Require(parsed.GetValue(_id)!, context);
        var transcript = session.Fault is null ? ClaudeSessionReader.TranscriptOf(session, Math.Max(0, parsed.GetValue(_last))) : null;
        if (parsed.GetValue(_json))
        {
            context.Print(new SessionDocument(session, transcript), DocumentJson.Default.SessionDocument);
            return Task.FromResult(UseCaseOutcome.Done);
        }
        var terminal = context.Terminal;
        terminal.Show($"{session.Id}  {SessionsCommand.StandingOf(session)}  {SessionsCommand.Measures(session)}");
        foreach (var line in SessionsCommand.Lines(session with { LastWords = null }))
        {
            terminal.Show("  " + line);
        }
        terminal.Show($"  {session.File}{(session.Version is { } version ? $", written by {new UntrustedText(version).Line}" : "")}");
        if (transcript is null)
        {
            return Task.FromResult(UseCaseOutcome.WorkFailed);
        }
        terminal.Show(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  {Plural.Of(transcript.Messages, "message")}, {Plural.Of(transcript.Answers, "answer")}, "
                    + $"{Plural.Grouped(transcript.Tokens, "token")} in all"
            ) + (transcript.Models.Count > 0 ? $" ({new UntrustedText(string.Join(", ", transcript.Models)).Line})" : "")
        );
        foreach (var message in transcript.Last)
        {
            var at = message.At is { } time ? $"{LocalTimeFormatter.Of(time)}  " : "";
            terminal.Show($"{at}{(message.IsOfModel ? "Claude" : "person or tool")}:");
            terminal.Show(new UntrustedText(message.Text));
        }
        return Task.FromResult(UseCaseOutcome.Done);
    }
}
