using System.Text.Json;
using Orchestrator.Messages;

namespace Orchestrator.KillTest;

/// <summary>
/// The user whom a run waits for: allows packages, says how a run continues whose reviewer does not accept, lets land what looks like a
/// secret. What they know is what the run's record says, so that they say the same again where their command was killed.
/// </summary>
/// <param name="repository">The round's repository.</param>
public sealed class PersonAnswering(KillRepository repository)
{
    /// <summary>The run waits for something that they have an answer to.</summary>
    public bool IsAsked => Find() is not null;

    /// <summary>The user's next command, after the commit that the question is about, or null if no question is open.</summary>
    public IReadOnlyList<string>? Next()
    {
        if (Find() is not { } answer)
        {
            return null;
        }
        if (answer.Contains(EscalationResolutionKinds.ManualFix))
        {
            Mend(repository.OpenRun!.Value.GetProperty("staging").GetString()!);
        }
        return answer;
    }

    private string[]? Find()
    {
        if (repository.OpenRun is not { } run)
        {
            return null;
        }
        var id = run.GetProperty("runId").GetString()!;
        return run.GetProperty("state").GetString() switch
        {
            RunStateNames.Escalated => Resolve(run, id),
            RunStateNames.AwaitingPromotion => ["promote", id],
            _ => run.GetProperty("tasks")
                .EnumerateArray()
                .Where(task => task.GetProperty("state").GetString() == TaskStateNames.AwaitingApproval)
                .Select(task => (string[])["approve", task.GetProperty("id").GetString()!])
                .FirstOrDefault(),
        };
    }

    private string[]? Resolve(JsonElement run, string id)
    {
        var isReplanned =
            run.TryGetProperty("replan", out var replan)
            && replan.ValueKind == JsonValueKind.Object
            && replan.GetProperty("state").GetString() != ReplanStateNames.Dropped;
        var way = repository.Plan.Ways.FirstOrDefault(way => way != EscalationResolutionKinds.Replan || !isReplanned);
        return way is null ? null : ["resolve", id, way, "--reason", "as the person says", "--yes"];
    }

    /// <summary>Commits on staging, once.</summary>
    private void Mend(string staging)
    {
        if (repository.Git("ls-tree", "--name-only", staging, KillPlan.FixedFile).Length > 0)
        {
            return;
        }
        var folder = repository.Beside("fix");
        repository.Git("worktree", "add", "--quiet", "--force", folder, staging);
        File.WriteAllText(Path.Combine(folder, KillPlan.FixedFile), KillPlan.Fix + "\n");
        repository.Git("-C", folder, "add", "-A");
        repository.Git("-C", folder, "-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "The fix");
        repository.Git("worktree", "remove", "--force", folder);
    }
}
