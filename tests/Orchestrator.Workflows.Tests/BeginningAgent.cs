using Orchestrator.Messages;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Workflows.Tests;

/// <summary>Machines that are about to begin an agent, and ask its workflow.</summary>
internal sealed class BeginningAgent(ITemporalClient client, string workflow)
{
    private readonly WorkflowHandle<ITaskWorkflow> _workflow = client.GetWorkflowHandle<ITaskWorkflow>(workflow);

    /// <summary>The answers to the agent's host, in order: true if the agent is wanted there.</summary>
    public List<bool> Answers { get; } = [];

    public async Task AskAsync(int start, string queue)
    {
        try
        {
            await _workflow.ExecuteUpdateAsync(known => known.AgentBeginsAsync(new AnnounceAgentStartArguments(start, queue)));
            Answers.Add(true);
        }
        catch (WorkflowUpdateFailedException)
        {
            Answers.Add(false);
        }
    }
}
