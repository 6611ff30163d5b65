using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Merging.ReviewMaterial;

/// <summary>Finds the reviewer of a run, and checks that the reviewer can currently run on this host.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
internal sealed class AvailableReviewerFinder(RunServiceBundle services)
{
    /// <summary>Returns the reviewer that the settings name, or the reason why this reviewer is not available.</summary>
    /// <param name="run">Files of the run.</param>
    /// <param name="stop">Stops the reviewer's program.</param>
    /// <returns>The reviewer, or a sentence with the reason why it can't review.</returns>
    public async Task<(IAgentRunner? Reviewer, string Fault)> FindAsync(RunPlanAndSettings run, CancellationToken stop)
    {
        var who = run.Settings.Review.Reviewer;
        var conversations = ConversationsOf(run.Folder);
        var environment = await AgentRunEnvironment.OfAsync(services, run.WorkTree, run.Start, null, stop);
        if (AgentCatalog.FindAnswering(who, run.Settings, services.HookCommand, environment, conversations) is not { } reviewer)
        {
            return (null, $"The reviewer '{who.Agent}' is unknown (review.agent). {AgentCatalog.Unknown(who.Agent, run.Settings)}");
        }
        if (reviewer.AnswerFault is { } unable)
        {
            return (null, $"The reviewer '{who.Agent}' can't review: {unable} Choose another with review.agent.");
        }
        var check = await reviewer.CheckAsync(run.WorkTree, stop);
        return check.Status == AgentProgramCheckStatus.Failed
            ? (null, $"The reviewer '{who.Agent}' can't work: {check.Message} {check.Cure}".TrimEnd())
            : (reviewer, "");
    }

    /// <summary>Returns the absolute path of the folder for conversations with models that have no agent program.</summary>
    public static string ConversationsOf(RunFolder folder) => folder.Review("conversations");
}
