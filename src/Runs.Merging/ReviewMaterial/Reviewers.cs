using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Merging.ReviewMaterial;

/// <summary>Finds the reviewer of a run, as it can work on this machine now.</summary>
/// <param name="services">What the steps need of this machine.</param>
internal sealed class Reviewers(RunServices services)
{
    /// <summary>Finds it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="stop">Ends its program.</param>
    /// <returns>The reviewer, or why it can't review, as a sentence.</returns>
    public async Task<(IAgentRunner? Reviewer, string Fault)> FindAsync(RunFiles run, CancellationToken stop)
    {
        var who = run.Settings.Review.Reviewer;
        var conversations = ConversationsOf(run.Folder);
        var environment = await AgentRunEnvironment.OfAsync(services, run.WorkTree, run.Start, null, stop);
        if (AgentCatalog.FindAnswering(who, run.Settings, services.HookCommand, environment, conversations) is not { } reviewer)
        {
            return (null, $"There is no reviewer '{who.Agent}' (review.agent). {AgentCatalog.Unknown(who.Agent, run.Settings)}");
        }
        if (reviewer.AnswerFault is { } unable)
        {
            return (null, $"The reviewer '{who.Agent}' can't review: {unable} Choose another with review.agent.");
        }
        var check = await reviewer.CheckAsync(run.WorkTree, stop);
        return check.Status == AgentCheckStatus.Failed
            ? (null, $"The reviewer '{who.Agent}' can't work: {check.Message} {check.Cure}".TrimEnd())
            : (reviewer, "");
    }

    /// <summary>Folder for conversations with models that have no agent program.</summary>
    public static string ConversationsOf(RunFolder folder) => folder.Review("conversations");
}
