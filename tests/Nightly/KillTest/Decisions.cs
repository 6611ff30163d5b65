using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Messages;

namespace Orchestrator.KillTest;

/// <summary>Invariants of user decisions: each is carried out once, and its author is recorded once.</summary>
public static class Decisions
{
    /// <summary>Everything that does not hold, each as a sentence.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="disturber">The disturber, which knows the kills.</param>
    public static IEnumerable<string> Check(KillRepository repository, Disturber disturber) =>
        [.. CheckFix(repository), .. CheckPackages(repository), .. CheckRecord(repository, disturber)];

    private static IEnumerable<string> CheckFix(KillRepository repository)
    {
        if (!repository.Plan.Ways.Contains(EscalationResolutionKinds.ManualFix))
        {
            yield break;
        }
        var subjects = repository.Git("log", "--format=%s", "main").Split('\n');
        if (subjects.Count(subject => subject == "The fix") is var commits and not 1)
        {
            yield return $"the person's commit is there {commits} times";
        }
        if (subjects.Count(subject => subject == "Merge a manual fix") is var merges and not 1)
        {
            yield return $"the person's commit was merged {merges} times";
        }
    }

    private static IEnumerable<string> CheckPackages(KillRepository repository)
    {
        if (repository.Plan.Packages is not { } packages)
        {
            yield break;
        }
        var manifest = repository.Git("show", "main:package.json") + "\n";
        foreach (var name in packages.Where(name => manifest.Split($"\"{name}\"").Length != 2))
        {
            yield return $"the manifest has {name} not once: {manifest}";
        }
        var file = repository.Git("show", $"main:{Hostility.LockFile}");
        var locked = JsonNode.Parse(file);
        var isLocked = repository.Plan.Registry is null
            ? locked?["of"]?.GetValue<string>() == Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(manifest)))
            : packages.All(name =>
                locked?["packages"]?[""]?["dependencies"]?[name] is not null && locked["packages"]![$"node_modules/{name}"] is not null
            );
        if (!isLocked)
        {
            yield return $"the lock file is not that of the manifest: {file} {manifest}";
        }
    }

    /// <summary>Events are not synced: a power cut may take the last ones.</summary>
    private static IEnumerable<string> CheckRecord(KillRepository repository, Disturber disturber)
    {
        var said = repository.DecidedByPersons().ToList();
        foreach (var (what, marks) in Expected(repository.Plan))
        {
            var times = said.Count(reason => marks.All(mark => reason.Contains(mark, StringComparison.Ordinal)));
            if (times > 1 || (times == 0 && !disturber.HasCutPower))
            {
                yield return $"who decided is written down {times} times: {what} ({string.Join("; ", said)})";
            }
        }
    }

    private static IEnumerable<(string What, string[] Marks)> Expected(KillPlan plan)
    {
        foreach (var way in plan.Ways)
        {
            yield return way switch
            {
                EscalationResolutionKinds.Replan => ("another plan", ["another plan was requested by", "as the person says"]),
                EscalationResolutionKinds.ManualFix => ("a person's own commits", ["resolved by", "as the person says"]),
                _ => ("the end of the run", ["aborted by", "as the person says"]),
            };
        }
        if (plan.Packages is not null)
        {
            yield return ("a package", ["approved by"]);
        }
        if (plan.Replanned.Count > 0)
        {
            yield return ("the landing", ["promot"]);
        }
    }
}
