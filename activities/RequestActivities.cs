using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Requests;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>What is done about what agents can't go on without, as activities.</summary>
public sealed class RequestActivities(RunServices services) : IRequestActivities
{
    private readonly RequestJudgement _judgement = new(services);
    private readonly PackageInstallation _packages = new(services);

    /// <inheritdoc/>
    [Activity]
    public Task<RequestVerdict> JudgeRequestAsync(JudgeRequestInput input) =>
        Heartbeats.WhileAsync(stop => _judgement.JudgeAsync(input, stop));

    /// <inheritdoc/>
    [Activity]
    public Task<InstallResult> InstallAsync(InstallInput input) => Heartbeats.WhileAsync(stop => _packages.InstallAsync(input, stop));

    /// <inheritdoc/>
    [Activity]
    public Task<InstallConclusion> ConcludeInstallAsync(ConcludeInstallInput input) =>
        Heartbeats.WhileAsync(stop => _packages.ConcludeAsync(input, stop));
}
