namespace Orchestrator.App.Starting;

/// <summary>Asks the user to trust a repository's own files before their content has any effect on this machine.</summary>
public static class RepositoryTrustPrompt
{
    /// <summary>
    /// Returns the settings, including everything in the repository's files, after the user has trusted these files. The trust is
    /// permanent, or limited to the run or to this call.
    /// </summary>
    /// <param name="context">Provides user interaction and the folder.</param>
    /// <param name="settings">The settings, without those that the user does not trust yet.</param>
    /// <param name="yes">True if <c>--yes</c> grants trust for the run, or for this call if there is no run.</param>
    /// <param name="runId">Id of the run, or null if there is none. Trust by <c>--yes</c> lasts until the run ends.</param>
    /// <exception cref="UseCaseException">The user does not trust the files. The exit code is 3.</exception>
    public static SettingsLoadResult RequireTrust(UseCaseServiceBundle context, RepositorySettings settings, bool yes, string? runId = null)
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
            return context.Use(settings.WithTrust());
        }

        if (runId is not null && context.Trust.IsTrusted(repository, settings.Question, runId))
        {
            return context.Use(settings.WithTrust());
        }
        Show(context, settings.Question);
        if (context.Interaction.Ask($"Do you trust {repository} to do this on this machine from now on?") is not true)
        {
            throw new UseCaseException(
                UseCaseOutcome.NeedsPerson,
                $"{repository} is not trusted on this machine, so settings and commands from its files were ignored.",
                "Inspect it and run 'orchestrate trust' there, or use --yes for this run only."
            );
        }

        context.Trust.Trust(repository, settings.Question);
        return context.Use(settings.WithTrust());
    }

    /// <summary>
    /// Asks the user to trust the commands of a plan that the user did not name. The plan was found in the folder, or arrived in a file
    /// from another machine.
    /// </summary>
    /// <param name="context">Provides user interaction and the folder.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="question">The commands of the plan (see <see cref="QuestionOf"/>).</param>
    /// <param name="yes">True if <c>--yes</c> grants trust for this run.</param>
    /// <param name="runId">Id of the run, or null to grant trust for this call only.</param>
    /// <param name="cure">Command line that grants permanent trust.</param>
    /// <exception cref="UseCaseException">The user does not trust the commands. The exit code is 3.</exception>
    public static void RequirePlanTrust(
        UseCaseServiceBundle context,
        LocalRepositoryPaths repository,
        RepositoryTrustRequest question,
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
            context.Interaction.Inform(
                $"You did not name {source} on the command line, so its commands need your approval. The commands are:"
            );
            foreach (var item in question.Items)
            {
                context.Interaction.Inform(
                    item.Kind == TrustRequiringSettingEffect.Runs ? $"  {item.Value}" : $"  (and reach {item.Value} from the sandbox)"
                );
            }
            if (context.Interaction.Ask($"Do you trust these commands of {source} on this machine?") is not true)
            {
                throw new UseCaseException(
                    UseCaseOutcome.NeedsPerson,
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

    /// <summary>Returns the commands of a plan, and the hosts that its tasks and gates may reach, as items that require trust.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="source">Path of the plan in the form that the user gave.</param>
    public static RepositoryTrustRequest QuestionOf(Plan plan, string source) =>
        new([
            .. plan
                .Tasks.SelectMany(task => task.Verification.Concat(task.Measurements))
                .Select(gate => gate.Command)
                .Distinct(StringComparer.Ordinal)
                .Select(command => new TrustRequiringRepositorySetting(TrustRequiringSettingEffect.Runs, "verification", command, source)),
            .. plan
                .Tasks.SelectMany(task => task.Verification.Select(gate => gate.Network).Append(task.Network))
                .OfType<DistinctTextList>()
                .SelectMany(hosts => hosts)
                .Distinct(StringComparer.Ordinal)
                .Select(host => new TrustRequiringRepositorySetting(TrustRequiringSettingEffect.SpeaksTo, "network", host, source)),
        ]);

    /// <summary>
    /// Returns the items that require trust in the default plan, which is used if the user names no plan. Empty if there is no such plan.
    /// </summary>
    public static RepositoryTrustRequest FoundPlan(UseCaseServiceBundle context) =>
        context.PlanFiles.FindHere(ofBacklog: false) is { } name && context.PlanFiles.Read(name).Plan is { } plan
            ? QuestionOf(plan, name)
            : new RepositoryTrustRequest([]);

    /// <summary>Returns the key of a repository's plans in the user's trust store.</summary>
    public static string KeyOfPlan(LocalRepositoryPaths repository) => repository.WorkTree + "#plan";

    /// <summary>
    /// Returns the settings with the engine's address. An address in the repository's files is used only if the user trusts it. The
    /// embedded engine is never used instead.
    /// </summary>
    /// <exception cref="UseCaseException">The user does not trust the address. The exit code is 3.</exception>
    public static OrchestratorSettings RequireEngineTrust(UseCaseServiceBundle context, RepositorySettings settings) =>
        (settings.WithholdsEngine ? RequireTrust(context, settings, yes: false) : settings.Loaded).Settings!;

    /// <summary>Shows the items that require trust, grouped by their effect.</summary>
    public static void Show(UseCaseServiceBundle context, RepositoryTrustRequest question)
    {
        context.Interaction.Inform("The files of this repository request the following. No request takes effect until you approve it.");
        foreach (var group in question.Items.GroupBy(item => item.Kind).OrderBy(group => group.Key))
        {
            context.Interaction.Inform(Heading(group.Key));
            foreach (var item in group)
            {
                context.Interaction.Inform($"  {item.Setting}: {item.Value}  ({item.Source})");
            }
        }
    }

    private static string Heading(TrustRequiringSettingEffect kind) =>
        kind switch
        {
            TrustRequiringSettingEffect.Runs => "Run:",
            TrustRequiringSettingEffect.SpeaksTo => "Speak to:",
            TrustRequiringSettingEffect.HandsOver => "Pass to agents:",
            _ => "Allow or decide:",
        };
}
