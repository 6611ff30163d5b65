using Orchestrator.NightBench.Facts;
using Orchestrator.NightBench.Nights;

namespace Orchestrator.NightBench.Figures;

/// <summary>Finds starts that repeated finished work. Pure.</summary>
public static class Repetitions
{
    private const string Good = "good";

    /// <summary>
    /// Returns the starts of a task after finished work that was still usable. Work is unusable if the shared file has changed below it, or
    /// if it claims the number of another task. Such a claim explains all starts until one finishes work again, because an agent whose
    /// service refuses it must start again. A start that the shared file explains does not count as one of them. A test that failed at
    /// random, and a kill after the work, make no work unusable.
    /// </summary>
    /// <param name="task">The task.</param>
    /// <param name="facts">Facts of the night.</param>
    public static IEnumerable<AgentRunParameters> Of(NightTask task, NightFacts facts)
    {
        AgentRunParameters? finished = null;
        var mayClash = facts.Night.Tasks.Any(other => other != task && other.Claims[0] == task.Claims[0]);
        foreach (var start in facts.Starts.Where(start => start.Task == task.Id).OrderBy(start => start.From))
        {
            if (finished is not null)
            {
                var conflicts = task.Registers && start.Registry != finished.Registry;
                if (!conflicts && !mayClash)
                {
                    yield return start;
                }
                mayClash &= conflicts || start.Outcome != Good;
            }
            finished = start.Outcome == Good ? start : finished;
        }
    }
}
