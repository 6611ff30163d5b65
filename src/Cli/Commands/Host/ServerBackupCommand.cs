using Orchestrator.Cli.Engine;
using Temporal.Server;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>server backup</c>: makes a consistent copy of the embedded engine's database file, even while a server is using the file.
/// </summary>
internal sealed class ServerBackupCommand : CliCommand
{
    private readonly Argument<string> _target = new("FILE") { Description = "Path of the copy, which must not exist yet" };
    private readonly Option<string?> _file = EngineDatabaseFileOption.Create();

    public ServerBackupCommand()
        : base("backup", "Copy the engine's database file, even while a server is using the file")
    {
        Add(_target);
        Add(_file);
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var source = EngineDatabaseFileOption.PathOf(parsed.GetValue(_file), context);
        var target = context.FullPath(parsed.GetRequiredValue(_target));
        try
        {
            var bytes = EngineBackupWriter.Create(source, target);
            context.Terminal.Inform(
                $"Copied {source} to {target} ({Plural.Of(bytes, "byte")}). 'orchestrate server --db {target}' serves the copy."
            );
            return Task.FromResult(UseCaseOutcome.Done);
        }
        catch (InvalidOperationException refused)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, $"No copy was made: {refused.Message}.");
        }
    }
}
