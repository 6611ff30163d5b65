using System.Globalization;
using Orchestrator.Cli.Console;

namespace Orchestrator.Cli.Commands;

/// <summary><c>inbox</c>: lists everything that needs attention in all repositories of the user, most urgent first, with the commands that
/// answer each entry. At a terminal, the user can answer directly.</summary>
internal sealed class InboxCommand : CliCommand
{
    private readonly Argument<string?> _id = new("ID")
    {
        Description = "Id of the entry to answer or, with --snooze, to postpone; the beginning of the id is enough",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string?> _snooze = new("--snooze")
    {
        Description = "Time for which the entry is hidden, such as 2h or 1d",
        HelpName = "TIME",
    };
    private readonly Option<bool> _all = new("--all") { Description = "Also show postponed entries" };
    private readonly Option<bool> _watch = new("--watch") { Description = "Keep running and print new entries" };
    private readonly Option<double> _refresh = new("--refresh")
    {
        Description = "With --watch, number of seconds between two checks",
        HelpName = "S",
        DefaultValueFactory = static _ => 2,
    };
    private readonly Option<bool> _exitCode = new("--exit-code") { Description = "Exit with 3 if something needs attention" };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public InboxCommand()
        : base("inbox", "List everything that needs attention in your repositories, most urgent first")
    {
        Add(_id);
        Add(_snooze);
        Add(_all);
        Add(_watch);
        Add(_refresh);
        Add(_exitCode);
        Add(_json);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var marks = new InboxMarkStore(context.Environment, context.Time);
        var inbox = new UserInboxReader(context);
        var entries = await inbox.ReadAsync(stop);
        if (parsed.GetValue(_id) is { } given)
        {
            var entry = Find(entries, given);
            return parsed.GetValue(_snooze) is { } time
                ? await SnoozeAsync(entry, time, marks, context, stop)
                : await AnswerAsync(entry, context);
        }
        if (parsed.GetValue(_snooze) is not null)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, "No entry to postpone was specified.", "orchestrate inbox ID --snooze 2h");
        }
        if (parsed.GetValue(_watch))
        {
            return await WatchAsync(inbox, entries, parsed, marks, context, stop);
        }

        var snoozed = marks.Snoozed();
        var shown = parsed.GetValue(_all) ? entries : [.. entries.Where(entry => !snoozed.ContainsKey(entry.Id))];
        if (parsed.GetValue(_json))
        {
            context.Print(InboxDocumentFactory.Of(entries, parsed.GetValue(_all), marks), DocumentJson.Default.InboxDocument);
        }
        else
        {
            Show(shown, entries.Count - shown.Count, marks.Read(), context);
            await marks.NoteAsync([.. entries.Select(entry => entry.Id)], [.. shown.Select(entry => entry.Id)], stop);
        }
        return parsed.GetValue(_exitCode) && shown.Any(entry => entry.Answered is null) ? UseCaseOutcome.NeedsPerson : UseCaseOutcome.Done;
    }

    private static UserInboxEntry Find(IReadOnlyList<UserInboxEntry> entries, string given)
    {
        if (entries.Count == 0)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                "Nothing needs attention now.",
                "'orchestrate history' lists the runs of a repository."
            );
        }
        var id = UniquePrefix.Find(given, [.. entries.Select(entry => entry.Id).Distinct()], "entry of the inbox");
        return entries.First(entry => entry.Id == id);
    }

    private static async Task<UseCaseOutcome> SnoozeAsync(
        UserInboxEntry entry,
        string time,
        InboxMarkStore marks,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        if (!Durations.TryRead(time, out var length) || length <= TimeSpan.Zero)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, $"--snooze is '{time}', which is not a time.", "For example: --snooze 2h");
        }
        var until = context.Time.GetUtcNow() + length;
        await marks.SnoozeAsync(entry.Id, until, stop);
        context.Terminal.Inform(
            $"{entry.Id} is hidden until {LocalTimeFormatter.ToMinute(until)}. The run is still waiting for the answer."
        );
        return UseCaseOutcome.Done;
    }

    /// <summary>Lets the user choose one of an inbox entry's commands, and runs that command in the entry's repository.</summary>
    private static async Task<UseCaseOutcome> AnswerAsync(UserInboxEntry entry, CliCommandServiceBundle context)
    {
        ShowEntry(entry, isNew: false, context);
        foreach (var (index, way) in entry.Ways.Index())
        {
            context.Terminal.Show($"  {index + 1}  {way.Command}");
        }
        if (context.Terminal.AskText("Which one? (number, or 0 for none)") is not { } said)
        {
            return UseCaseOutcome.NeedsPerson;
        }
        if (said.Trim() == "0")
        {
            return UseCaseOutcome.Done;
        }
        if (!int.TryParse(said.Trim(), CultureInfo.InvariantCulture, out var number) || number < 1 || number > entry.Ways.Count)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"'{said.Trim()}' is not a number from 1 to {entry.Ways.Count}.",
                "No answer was sent."
            );
        }
        var chosen = entry.Ways[number - 1];
        var asks =
            chosen.Kind == SuggestedCommandKinds.RaiseBudget ? "New limit of the budget? (20 for US dollars, or 2M tokens)" : "Your text?";
        var text = chosen.NeedsText ? context.Terminal.AskText(asks) : null;
        if (chosen.NeedsText && text is null)
        {
            return UseCaseOutcome.NeedsPerson;
        }
        return await context.CallAsync(chosen.CommandLine(text), entry.Repository);
    }

    private async Task<UseCaseOutcome> WatchAsync(
        UserInboxReader inbox,
        IReadOnlyList<UserInboxEntry> entries,
        ParseResult parsed,
        InboxMarkStore marks,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        var pause = TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(_refresh), 0.5, 3600));
        var before = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var snoozed = marks.Snoozed();
            var present = entries.Where(entry => !snoozed.ContainsKey(entry.Id)).ToList();
            foreach (var entry in present.Where(entry => before.Add(entry.Id)))
            {
                ShowEntry(entry, isNew: true, context);
            }
            foreach (var gone in before.Except(present.Select(entry => entry.Id)).ToList())
            {
                before.Remove(gone);
                context.Terminal.Show(new ScreenLine($"{gone} has been answered.", TextTone.Faint));
            }
            await Task.Delay(pause, context.Time, stop);
            entries = await inbox.ReadAsync(stop);
        }
    }

    private static void Show(IReadOnlyList<UserInboxEntry> shown, int putOff, IReadOnlySet<string> seen, CliCommandServiceBundle context)
    {
        foreach (var entry in shown)
        {
            ShowEntry(entry, !seen.Contains(entry.Id), context);
        }
        if (shown.Count == 0)
        {
            context.Terminal.Inform("Nothing needs attention now.");
        }
        else
        {
            context.Terminal.Inform("'orchestrate inbox ID' answers an entry; with --snooze 2h it postpones the entry.");
        }
        if (putOff > 0)
        {
            context.Terminal.Inform(
                $"{Plural.Of(putOff, "more entry is", "more entries are")} postponed; --all also shows {Plural.Form(putOff, "it", "them")}."
            );
        }
    }

    private static void ShowEntry(UserInboxEntry entry, bool isNew, CliCommandServiceBundle context)
    {
        var here = context.FindRepository()?.Root;
        var place = entry.Repository == here ? entry.Run : $"{entry.Run} in {entry.Repository}";
        context.Terminal.Show(
            new ScreenLine(
                $"{entry.Id}  {place}, since {LocalTimeFormatter.ToMinute(entry.Since)}{(isNew ? "  new" : "")}",
                TextTone.Strong
            )
        );
        context.Terminal.Show($"  {new UntrustedText(LocalTimeFormatter.In(entry.What)).Line}");
        foreach (var each in entry.Each)
        {
            context.Terminal.Show($"  - {new UntrustedText(LocalTimeFormatter.In(each)).Line}");
        }
        // Includes costs that arose after the question was asked.
        if (entry.Budget is { } budget && !entry.What.Contains(BudgetText.Of(budget.Budget), StringComparison.OrdinalIgnoreCase))
        {
            context.Terminal.Show($"      current budget of {new UntrustedText(BudgetText.Of(budget)).Line}");
        }
        if (entry.Answered is { } answer)
        {
            context.Terminal.Show(
                $"      answered: {new UntrustedText(answer).Line}. The answer is stored, and this command carries it out:"
            );
            context.Terminal.Show($"      {entry.From(new SuggestedCommand(SuggestedCommandKinds.Resume, entry.Run), here)}");
        }
        else if (entry.Ways is [var recommended, ..])
        {
            context.Terminal.Show($"      {entry.From(recommended, here)}");
        }
    }
}
