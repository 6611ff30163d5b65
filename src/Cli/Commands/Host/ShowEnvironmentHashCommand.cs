namespace Orchestrator.Cli.Commands;

/// <summary><c>environment</c>: computes a single hash of the lock files and manifests of all detected package ecosystems.</summary>
internal sealed class ShowEnvironmentHashCommand : CliCommand
{
    private readonly Option<string?> _verify = new("--verify")
    {
        Description = "Hash to compare with, or at least its first 6 digits",
        HelpName = "HASH",
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public ShowEnvironmentHashCommand()
        : base("environment", "Show the hash of the installed environment's lock and manifest files")
    {
        Add(_verify);
        Add(_json);
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var environment = LockFileHashCalculator.Read(
            context.FindRepository() is { IsBare: false } repository ? repository.WorkTree : context.Directory,
            parsed.GetValue(_verify)
        );
        if (parsed.GetValue(_json))
        {
            context.Print(environment, DocumentJson.Default.LockFilesDocument);
        }
        foreach (var file in environment.Files)
        {
            context.Terminal.Show($"{file.Sha256[..12]}  {file.Path}");
        }
        context.Terminal.Show(
            environment.Matches switch
            {
                true => $"The environment is unchanged; its hash is {environment.Hash}.",
                false => $"The environment has changed; its hash is now {environment.Hash}.",
                null => $"{environment.Hash}  {Plural.Of(environment.Files.Count, "file")}",
            }
        );
        return Task.FromResult(environment.Matches == false ? UseCaseOutcome.WorkFailed : UseCaseOutcome.Done);
    }
}
