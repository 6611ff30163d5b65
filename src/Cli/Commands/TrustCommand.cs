using System.CommandLine;
using Orchestrator.Cli.Documents;
using Orchestrator.Local;

namespace Orchestrator.Cli.Commands;

/// <summary><c>trust</c>: this repository's agent commands, set-up and permissions may be used on this machine.</summary>
internal sealed class TrustCommand : CliCommand
{
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly Option<bool> _yes = GlobalOptions.Yes();

    public TrustCommand()
        : base("trust", "Let this repository's agent commands, set-up and permissions be used on this machine")
    {
        Add(_yes);
        Add(_json);
    }

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var items = TrustItem.Of(context.LoadSettings());
        var store = TrustStore.OfUser(context.Environment);
        if (parsed.GetValue(_json))
        {
            var entries = items.Select(item => new TrustEntry(item.Setting, item.Value, item.Source)).ToList();
            var trusted = store.IsTrusted(repository.Root, items);
            if (!trusted && parsed.GetValue(_yes))
            {
                store.Trust(repository.Root, items);
                trusted = true;
            }

            context.Print(new TrustDocument(repository.Root, trusted, entries), CliJson.Default.TrustDocument);
            return Task.FromResult(trusted ? ExitCodes.Done : ExitCodes.NeedsPerson);
        }

        return Task.FromResult(Trust(parsed.GetValue(_yes), context, repository.Root, store, items));
    }

    private static int Trust(bool yes, CommandContext context, string repository, TrustStore store, IReadOnlyList<TrustItem> items)
    {
        if (items.Count == 0)
        {
            context.Terminal.Say("This repository's files want to run nothing here: there is nothing to trust.");
            return ExitCodes.Done;
        }

        if (store.IsTrusted(repository, items))
        {
            context.Terminal.Say($"{repository} is trusted already.");
            return ExitCodes.Done;
        }

        TrustGate.Show(context, items);
        if (!yes && context.Terminal.Ask("Trust them?") is not true)
            throw new CommandException(ExitCodes.NeedsPerson, "Nothing was trusted.", "Answer on a terminal, or give --yes.");
        store.Trust(repository, items);
        context.Terminal.Say($"{repository} is trusted; a change of these settings asks again.");
        return ExitCodes.Done;
    }
}
