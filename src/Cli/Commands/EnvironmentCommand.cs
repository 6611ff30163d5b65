using System.CommandLine;
using Orchestrator.Cli.Options;
using Orchestrator.Gates.Packages;
using Orchestrator.Plans;

namespace Orchestrator.Cli.Commands;

/// <summary><c>environment</c>: computes one hash over the lock files and manifests of all detected ecosystems.</summary>
internal sealed class EnvironmentCommand : CliCommand
{
    private readonly Option<string?> _verify = new("--verify")
    {
        Description = "Compare with this hash, or its first 6 digits or more",
        HelpName = "HASH",
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public EnvironmentCommand()
        : base("environment", "Show the hash of the installed environment's lock and manifest files")
    {
        Add(_verify);
        Add(_json);
    }

    public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var files = EnvironmentFiles.Read(
            context.FindRepository() is { IsBare: false } repository ? repository.WorkTree : context.Directory
        );
        var hash = EnvironmentHash.Of(files);
        bool? matches = parsed.GetValue(_verify) is { } given ? EnvironmentHash.Matches(hash, given) : null;
        if (parsed.GetValue(_json))
        {
            context.Print(
                new EnvironmentDocument(hash, [.. files.Select(f => new EnvironmentEntry(f.Path, f.Sha256))], matches),
                DocumentJson.Default.EnvironmentDocument
            );
        }
        foreach (var file in files)
        {
            context.Terminal.Show($"{file.Sha256[..12]}  {file.Path}");
        }
        context.Terminal.Show(
            matches switch
            {
                true => $"The environment is unchanged: {hash}.",
                false => $"The environment has changed: it is {hash} now.",
                null => $"{hash}  {Plural.Of(files.Count, "file")}",
            }
        );
        return Task.FromResult(matches == false ? Outcome.WorkFailed : Outcome.Done);
    }
}
