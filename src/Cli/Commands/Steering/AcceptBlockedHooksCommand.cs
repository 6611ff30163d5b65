namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>accept</c>: restores hooks and git settings that were moved to quarantine. They had appeared while agents were running, and git would
/// have executed programs through them.
/// </summary>
internal sealed class AcceptBlockedHooksCommand : CliCommand
{
    private readonly Argument<string[]> _which = new("ID")
    {
        Description = "Id of the item to restore; without an id, all items are listed",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private readonly Option<bool> _all = new("--all") { Description = "Restore all items" };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public AcceptBlockedHooksCommand()
        : base("accept", "Restore hooks and settings that were disabled while agents were working")
    {
        Add(_which);
        Add(_all);
        Add(_json);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var quarantined = await GitHookAndSettingRestorer.OpenAsync(repository);
        var items = quarantined.Waiting;
        var chosen = parsed.GetValue(_all) ? items : [.. (parsed.GetValue(_which) ?? []).Select(which => Find(items, which)).Distinct()];
        foreach (var item in chosen)
        {
            await quarantined.AcceptAsync(item, stop);
        }

        if (parsed.GetValue(_json))
        {
            context.Print(
                new QuarantineAcceptDocument([
                    .. items.Select(item => new QuarantinedItemEntry(
                        item.Id,
                        item.Name,
                        item.What,
                        item.Content,
                        item.Time,
                        item.While,
                        chosen.Contains(item)
                    )),
                ]),
                DocumentJson.Default.QuarantineAcceptDocument
            );
            return UseCaseOutcome.Done;
        }

        foreach (var item in chosen)
        {
            context.Terminal.Inform($"{item.What} was restored.");
        }
        if (chosen.Count > 0)
        {
            return UseCaseOutcome.Done;
        }
        if (items.Count == 0)
        {
            context.Terminal.Show("No hooks or settings are disabled.");
        }
        foreach (var item in items)
        {
            context.Terminal.Show($"{item.Id}  {item.What}  (disabled {LocalTimeFormatter.Of(item.Time)}, while {item.While} was running)");
            context.Terminal.Show(new UntrustedText(string.Join('\n', item.Content.Split('\n').Take(5))));
        }

        if (items.Count > 0)
        {
            context.Terminal.Show(
                "To restore your own items, use 'orchestrate accept ID' or --all. Inspect them first, because they let git run programs."
            );
        }
        return UseCaseOutcome.Done;
    }

    private static RestorableGitHookOrSetting Find(IReadOnlyList<RestorableGitHookOrSetting> items, string which) =>
        items.FirstOrDefault(item => item.Id == which || item.Name == which)
        ?? throw new UseCaseException(UseCaseOutcome.Usage, $"No disabled item has the id '{which}'.", "See 'orchestrate accept'.");
}
