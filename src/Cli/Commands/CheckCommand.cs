using System.CommandLine;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Overviews;
using Orchestrator.Machine.Setup;

namespace Orchestrator.Cli.Commands;

/// <summary><c>check</c>: can a run work here? Each check is ok, warn or fail, with the cure.</summary>
internal sealed class CheckCommand : CliCommand
{
    private readonly Option<string?> _agent = new("--agent")
    {
        Description = "Look at this agent instead of the one that is set",
        HelpName = "NAME",
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public CheckCommand()
        : base("check", "Check this machine and this repository before a run")
    {
        Add(_agent);
        Add(_json);
    }

    public override bool WorksEverywhere => true;

    public override async Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var opened = context.OpenSettings(
            context.FindRepository(),
            parsed.GetValue(_agent) is { } agent ? [new("--agent", "agent", agent)] : []
        );
        var settings = opened.Loaded;
        List<MachineCheckEntry> entries =
        [
            .. await MachineCheck.RunAsync(context.FindRepository(), settings, context.Platform, context.Services, stop),
        ];
        if (context.Platform.Refusal is null && context.FindRepository() is { } repository)
        {
            entries.Add(await EngineCheck.RunAsync(repository, settings.Settings!, context, stop));
            entries.AddRange(BackgroundFaults.EntriesOf(repository, context.Time.GetUtcNow()));
            if (!repository.IsBare && !entries.Exists(entry => entry is { Name: "git", Status: MachineCheckStatus.Fail }))
            {
                if (await SharingCheck.RunAsync(repository, settings.Settings!, context.Services, stop) is { } sharing)
                {
                    entries.Add(sharing);
                }
                entries.Add(await MachineCheck.StorageAsync(repository, settings.Settings!, context.Services, stop));
            }
            if (opened.Refusal is { } refusal)
            {
                entries.Add(
                    new("trust", MachineCheckStatus.Warn, refusal, "Until then only harmless settings of its files count, also here.")
                );
            }
        }
        var worst = CheckOverview.Print(context, entries, parsed.GetValue(_json));
        if (worst != MachineCheckStatus.Fail)
        {
            return Outcome.Done;
        }
        return entries.Any(entry => entry is { Name: "repository", Status: MachineCheckStatus.Fail }) ? Outcome.Usage : Outcome.Unavailable;
    }
}
