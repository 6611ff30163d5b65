using Orchestrator.Local;
using Orchestrator.Settings;

namespace Orchestrator.Cli;

/// <summary>Asks the person before a repository's own commands run on this machine.</summary>
internal static class TrustGate
{
    /// <summary>Returns when everything is trusted, for good or for this call.</summary>
    /// <param name="context">Terminal and folder.</param>
    /// <param name="repository">Root of the repository.</param>
    /// <param name="settings">The settings in force.</param>
    /// <param name="yes"><c>--yes</c>: trusted for this call.</param>
    /// <param name="runId">The run that is meant, where there is one: what was trusted for it by <c>--yes</c> stays trusted until it ends.</param>
    /// <exception cref="CommandException">It is not trusted: exit 3.</exception>
    public static void Demand(CommandContext context, string repository, SettingsResult settings, bool yes, string? runId = null)
    {
        var items = TrustItem.Of(settings);
        var store = TrustStore.OfUser(context.Environment);
        if (yes && runId is not null)
            store.TrustForRun(repository, runId, items);
        if (yes || store.IsTrusted(repository, items) || (runId is not null && store.IsTrustedForRun(repository, runId, items)))
            return;
        Show(context, items);
        if (context.Terminal.Ask("May these run on this machine for this repository from now on?") is not true)
        {
            throw new CommandException(
                ExitCodes.NeedsPerson, $"The commands that {repository} brings along are not trusted on this machine.", "Look at them and run 'orchestrate trust', or give --yes for this run alone.");
        }

        store.Trust(repository, items);
    }

    /// <summary>Lists the items for people.</summary>
    public static void Show(CommandContext context, IReadOnlyList<TrustItem> items)
    {
        context.Terminal.Say("This repository's files want to run or allow here:");
        foreach (var item in items)
            context.Terminal.Say($"  {item.Setting}: {item.Value}  ({item.Source})");
    }
}
