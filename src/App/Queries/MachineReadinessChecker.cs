using Orchestrator.App.Setup;

namespace Orchestrator.App.Queries;

/// <summary>Checks that this machine and the repository are ready for runs.</summary>
public static class MachineReadinessChecker
{
    /// <summary>Executes all checks.</summary>
    /// <param name="context">Provides the folder and settings.</param>
    /// <param name="flags">Command-line options that set a setting, such as the agent.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    public static async Task<IReadOnlyList<MachineReadinessCheckResult>> RunAsync(
        UseCaseServiceBundle context,
        IReadOnlyList<SettingOverride> flags,
        CancellationToken cancellationToken
    )
    {
        var opened = context.OpenSettings(context.FindRepository(), flags);
        var settings = opened.Loaded;
        List<MachineReadinessCheckResult> entries =
        [
            .. await MachinePrerequisiteChecker.RunAsync(
                context.FindRepository(),
                settings,
                context.Platform,
                context.Services,
                cancellationToken
            ),
        ];
        if (context.Platform.Refusal is not null || context.FindRepository() is not { } repository)
        {
            return entries;
        }
        var isConfined =
            settings.Settings!.Permissions.Sandbox != "off"
            && entries.Exists(entry => entry is { Name: "sandbox", Status: MachineReadinessCheckStatus.Ok });
        entries.Add(DecisionSigningKeyChecker.Run(settings.Settings.Proof, isConfined, context));
        entries.Add(await EngineConnectionChecker.RunAsync(repository, settings.Settings!, context, cancellationToken));
        entries.AddRange(BackgroundWorkErrorFormatter.EntriesOf(repository, context.Time.GetUtcNow()));
        if (!repository.IsBare && !entries.Exists(entry => entry is { Name: "git", Status: MachineReadinessCheckStatus.Fail }))
        {
            if (await SharedRunRemoteChecker.RunAsync(repository, settings.Settings!, context.Services, cancellationToken) is { } sharing)
            {
                entries.Add(sharing);
            }
            entries.Add(await MachinePrerequisiteChecker.StorageAsync(repository, settings.Settings!, context.Services, cancellationToken));
        }
        if (opened.Refusal is { } refusal)
        {
            entries.Add(
                new(
                    "trust",
                    MachineReadinessCheckStatus.Warn,
                    refusal,
                    "Until then, only harmless settings in its files take effect, including in this check."
                )
            );
        }
        return entries;
    }
}
