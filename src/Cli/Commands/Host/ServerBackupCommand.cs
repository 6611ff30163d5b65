using Orchestrator.Cli.Engine;
using Temporal.Server;

namespace Orchestrator.Cli.Commands;

/// <summary><c>server backup</c>: makes a consistent copy of an engine file, even while a server uses it.</summary>
internal sealed class ServerBackupCommand : CliCommand
{
    private readonly Argument<string> _target = new("FILE") { Description = "Path of the copy, which must not exist yet" };
    private readonly Option<string?> _file = EngineFileOption.Create();

    public ServerBackupCommand()
        : base("backup", "Copy the engine's file, even while a server uses it")
    {
        Add(_target);
        Add(_file);
    }

    public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var source = EngineFileOption.PathOf(parsed.GetValue(_file), context);
        var target = context.FullPath(parsed.GetRequiredValue(_target));
        try
        {
            var bytes = EngineBackup.Create(source, target);
            context.Terminal.Inform(
                $"Copied {source} to {target} ({Plural.Of(bytes, "byte")}). 'orchestrate server --db {target}' serves the copy."
            );
            return Task.FromResult(Outcome.Done);
        }
        catch (InvalidOperationException refused)
        {
            throw new UseCaseException(Outcome.Usage, $"No copy was made: {refused.Message}.");
        }
    }
}
