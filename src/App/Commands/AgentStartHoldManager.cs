using Orchestrator.Runs.Holds;

namespace Orchestrator.App.Commands;

/// <summary>Sets and releases holds on one run or on all runs on this machine. A hold prevents new agent starts.</summary>
/// <param name="context">Provides the clock and environment.</param>
public sealed class AgentStartHoldManager(UseCaseServiceBundle context)
{
    private const int LongestReason = 500;
    private readonly AgentStartHoldStore _file = new(context.Environment, context.Time);

    /// <summary>Returns the current holds on this machine.</summary>
    public IReadOnlyList<AgentStartHoldStatus> Read() => _file.Read();

    /// <summary>Sets a hold, which prevents new agent starts.</summary>
    /// <param name="run">Id of the run, or empty to hold all runs.</param>
    /// <param name="repository">Absolute path of the run's repository, or empty to hold all runs.</param>
    /// <param name="reason">Reason that the user gave.</param>
    /// <param name="stop">Cancels the wait for other writers.</param>
    /// <exception cref="UseCaseException">The reason is empty or too long.</exception>
    public async Task<AgentStartHoldStatus> HoldAsync(string run, string repository, string reason, CancellationToken stop)
    {
        var line = new UntrustedText(reason).Line.Trim();
        return line.Length is > 0 and <= LongestReason
            ? await _file.HoldAsync(run, repository, line, stop)
            : throw new UseCaseException(
                UseCaseOutcome.Usage,
                line.Length == 0 ? "The reason is empty." : $"The reason has {Plural.Of(line.Length, "character")}.",
                $"Give the reason in a sentence of at most {LongestReason} characters."
            );
    }

    /// <summary>Releases the hold on one run, or all holds.</summary>
    /// <param name="run">Id of the run, or empty to release all holds.</param>
    /// <param name="repository">Absolute path of the run's repository, or empty to release all holds.</param>
    /// <param name="stop">Cancels the wait for other writers.</param>
    /// <returns>The released holds.</returns>
    public Task<IReadOnlyList<AgentStartHoldStatus>> ReleaseAsync(string run, string repository, CancellationToken stop) =>
        _file.ReleaseAsync(run, repository, stop);

    /// <summary>Describes a new hold on agent starts in one sentence for users.</summary>
    public static string Describe(AgentStartHoldStatus hold) =>
        $"{(hold.IsOfAll() ? "No agent starts on this machine" : $"No agent of {hold.Run} starts")} until "
        + $"'{hold.ReleaseCommand()}'. Running agents continue.";

    /// <summary>Describes a released hold on agent starts in one sentence for users.</summary>
    public static string DescribeReleased(AgentStartHoldStatus hold) =>
        $"{(hold.IsOfAll() ? "This machine" : hold.Run)} is no longer held (the reason was: {hold.Reason}).";
}
