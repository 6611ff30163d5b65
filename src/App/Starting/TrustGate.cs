using Orchestrator.Plans;
using Orchestrator.Runs;
using Orchestrator.Settings;

namespace Orchestrator.App.Starting;

/// <summary>Asks the person before anything in a repository's own files takes effect on this machine.</summary>
public static class TrustGate
{
    /// <summary>The settings with everything that the repository asks for, once a person trusts it: permanently, for the run, or for this
    /// call.</summary>
    /// <param name="context">Terminal and folder.</param>
    /// <param name="settings">The settings as far as they are trusted already.</param>
    /// <param name="yes"><c>--yes</c>: trusted for this run, or, where there is none, for this call.</param>
    /// <param name="runId">The run, where there is one: trust for it by <c>--yes</c> lasts until it ends.</param>
    /// <exception cref="UseCaseException">It is not trusted: exit 3.</exception>
    public static SettingsResult Demand(UseCaseContext context, RepositorySettings settings, bool yes, string? runId = null)
    {
        if (settings.IsTrusted || settings.Question.Items.Count == 0)
        {
            return settings.Loaded;
        }
        var repository = settings.Repository!;
        if (yes)
        {
            if (runId is not null)
            {
                context.Trust.TrustForRun(repository, runId, settings.Question);
            }
            else
            {
                context.Trust.Grant(repository, settings.Question);
            }
            return context.Use(settings.Trusting());
        }

        if (runId is not null && context.Trust.IsTrusted(repository, settings.Question, runId))
        {
            return context.Use(settings.Trusting());
        }
        Show(context, settings.Question);
        if (context.Interaction.Ask($"Do you trust {repository} to do this on this machine from now on?") is not true)
        {
            throw new UseCaseException(
                Outcome.NeedsPerson,
                $"{repository} is not trusted on this machine, so nothing that its files ask for was done.",
                "Look at it and run 'orchestrate trust' there, or give --yes for this run alone."
            );
        }

        context.Trust.Trust(repository, settings.Question);
        return context.Use(settings.Trusting());
    }

    /// <summary>Asks before commands of a plan run that the user did not name: a plan that was found in the folder, or one that came in a
    /// file of another machine.</summary>
    /// <param name="context">Terminal and folder.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="question">The plan's commands: see <see cref="QuestionOf"/>.</param>
    /// <param name="yes"><c>--yes</c>: trusted for this run.</param>
    /// <param name="runId">The run; null: trust is for one call.</param>
    /// <param name="cure">The command that trusts them.</param>
    /// <exception cref="UseCaseException">They are not trusted: exit 3.</exception>
    public static void DemandPlan(
        UseCaseContext context,
        RepositoryLocation repository,
        TrustQuestion question,
        bool yes,
        string? runId,
        string cure
    )
    {
        var key = KeyOfPlan(repository);
        if (context.Trust.IsTrusted(key, question, runId))
        {
            return;
        }
        if (!yes)
        {
            var source = question.Items[0].Source;
            context.Interaction.Say($"{source} was not named by you; nothing of it runs before you say yes. Run:");
            foreach (var item in question.Items)
            {
                context.Interaction.Say($"  {item.Value}");
            }
            if (context.Interaction.Ask($"Do you trust these commands of {source} on this machine?") is not true)
            {
                throw new UseCaseException(
                    Outcome.NeedsPerson,
                    $"The commands of {source} are not trusted on this machine, so nothing was started.",
                    cure
                );
            }
        }
        if (!yes && FoundPlan(context).Fingerprint == question.Fingerprint)
        {
            context.Trust.Trust(key, question);
        }
        else if (runId is null)
        {
            context.Trust.Grant(key, question);
        }
        else
        {
            context.Trust.TrustForRun(key, runId, question);
        }
    }

    /// <summary>The commands of a plan as items to trust.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="source">Its file, as the user knows it.</param>
    public static TrustQuestion QuestionOf(Plan plan, string source) =>
        new([
            .. plan
                .Tasks.SelectMany(task => task.Verification.Concat(task.Measurements))
                .Select(gate => gate.Command)
                .Distinct(StringComparer.Ordinal)
                .Select(command => new TrustItem(TrustKind.Runs, "verification", command, source)),
        ]);

    /// <summary>The commands of the plan that commands without a plan's name find here; without items where there is none.</summary>
    public static TrustQuestion FoundPlan(UseCaseContext context) =>
        context.PlanFiles.FindHere(ofBacklog: false) is { } name && context.PlanFiles.Read(name).Plan is { } plan
            ? QuestionOf(plan, name)
            : new TrustQuestion([]);

    /// <summary>Names a repository's plans in the trust store.</summary>
    public static string KeyOfPlan(RepositoryLocation repository) => repository.WorkTree + "#plan";

    /// <summary>The settings for the engine of a run: an address in the repository's files is used only where it is trusted, and is not
    /// replaced by the embedded engine.</summary>
    /// <exception cref="UseCaseException">It is not trusted: exit 3.</exception>
    public static OrchestratorSettings DemandEngine(UseCaseContext context, RepositorySettings settings) =>
        (settings.WithholdsEngine ? Demand(context, settings, yes: false) : settings.Loaded).Settings!;

    /// <summary>Lists the items for people, by their effect.</summary>
    public static void Show(UseCaseContext context, TrustQuestion question)
    {
        context.Interaction.Say("This repository's own files ask for what follows; nothing of it counts before you say yes.");
        foreach (var group in question.Items.GroupBy(item => item.Kind).OrderBy(group => group.Key))
        {
            context.Interaction.Say(Heading(group.Key));
            foreach (var item in group)
            {
                context.Interaction.Say($"  {item.Setting}: {item.Value}  ({item.Source})");
            }
        }
    }

    private static string Heading(TrustKind kind) =>
        kind switch
        {
            TrustKind.Runs => "Run:",
            TrustKind.SpeaksTo => "Speak to:",
            TrustKind.HandsOver => "Hand to agents:",
            _ => "Allow or decide:",
        };
}
