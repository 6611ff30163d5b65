using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary><c>trust</c>: permits this machine to use the commands and settings in the repository's own files.</summary>
internal sealed class TrustCommand : CliCommand
{
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly Option<bool> _yes = GlobalOptions.Yes();

    public TrustCommand()
        : base("trust", "Trust this repository's commands, addresses and permissions on this machine")
    {
        Add(_yes);
        Add(_json);
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var settings = context.OpenSettings(repository, []);
        var (plan, key) = (RepositoryTrustPrompt.FoundPlan(context), RepositoryTrustPrompt.KeyOfPlan(repository));
        var question = new RepositoryTrustRequest([.. settings.Question.Items, .. plan.Items]);
        var trusted = settings.Refusal is null && context.Trust.IsTrusted(key, plan);
        if (!parsed.GetValue(_json))
        {
            return Task.FromResult(Trust(parsed.GetValue(_yes), context, settings, question, trusted, Keep));
        }
        if (!trusted && parsed.GetValue(_yes))
        {
            Keep();
            trusted = true;
        }

        context.Print(
            new TrustDocument(
                settings.Repository!,
                trusted,
                [.. question.Items.Select(item => new TrustEntry(Word(item.Kind), item.Setting, item.Value, item.Source))]
            ),
            DocumentJson.Default.TrustDocument
        );
        return Task.FromResult(trusted ? UseCaseOutcome.Done : UseCaseOutcome.NeedsPerson);

        void Keep()
        {
            context.Trust.Trust(settings.Repository!, settings.Question);
            context.Trust.Trust(key, plan);
        }
    }

    private static UseCaseOutcome Trust(
        bool yes,
        CliCommandServiceBundle context,
        RepositorySettings settings,
        RepositoryTrustRequest question,
        bool trusted,
        Action keep
    )
    {
        if (question.Items.Count == 0)
        {
            context.Terminal.Show("This repository's files contain nothing that needs trust.");
            return UseCaseOutcome.Done;
        }

        if (trusted)
        {
            context.Terminal.Inform($"{settings.Repository} is already trusted.");
            return UseCaseOutcome.Done;
        }

        RepositoryTrustPrompt.Show(context, question);
        if (!yes && context.Terminal.Ask($"Do you trust {settings.Repository} to do this on this machine from now on?") is not true)
        {
            throw new UseCaseException(
                UseCaseOutcome.NeedsPerson,
                "The repository was not trusted.",
                "Answer at a terminal, or use --yes."
            );
        }
        keep();
        context.Terminal.Inform($"{settings.Repository} is trusted. You will be asked again if any of these entries changes.");
        return UseCaseOutcome.Done;
    }

    private static string Word(TrustRequiringSettingEffect kind) => char.ToLowerInvariant(kind.ToString()[0]) + kind.ToString()[1..];
}
