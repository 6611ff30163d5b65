using Orchestrator.App.Setup;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary><c>init</c>: creates the configuration, an ignore file and a sample <c>.env</c> file, and imports settings of other
/// tools.</summary>
internal sealed class InitCommand : CliCommand
{
    private readonly Option<bool> _claude = new("--claude")
    {
        Description = "Instead, install the /orchestrate skill and its agents for Claude Code",
    };
    private readonly Option<bool> _global = new("--global")
    {
        Description = "With --claude, install the skill for all repositories of this user",
    };

    public InitCommand()
        : base("init", "Create this repository's configuration without overwriting files")
    {
        Add(_claude);
        Add(_global);
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        if (parsed.GetValue(_claude))
        {
            return Task.FromResult(
                InstallForClaude(
                    context,
                    parsed.GetValue(_global) ? SettingsFiles.Home(context.Environment) : context.RequireRepository().WorkTree
                )
            );
        }
        if (parsed.GetValue(_global))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                "--global needs --claude.",
                "To change your own settings, use 'orchestrate config set --user NAME VALUE'."
            );
        }
        var repository = context.RequireRepository();
        var result = RepositoryInitializer.Initialize(repository, context.Environment);
        string[] lines =
        [
            .. result.Written.Select(file => $"made   {file}"),
            .. result.Kept.Select(file => $"kept   {file}"),
            .. result
                .Taken.Settings.Where(_ => result.Written.Contains(SettingsFiles.RepositoryFileName))
                .Select(setting => $"added  {setting.Name}: {setting.Value}  (from {setting.From})"),
            .. result.InPlace.Select(setting => $"used   {setting.Name}: {setting.Value}  (in {setting.From})"),
            .. result.Left.Select(setting =>
                $"left   {setting.Name}: {setting.Value}  (from {setting.From}); to import it: orchestrate config set "
                + $"{setting.Name} '{setting.Value}'"
            ),
            .. result.Taken.Used.Select(setting => $"used   {setting.Name}  (in {setting.From}; {setting.Meaning})"),
            .. result.Taken.Unused.Select(setting =>
                $"unused {setting.Name}  (in {setting.From}{(setting.Why.Length == 0 ? "" : "; " + setting.Why)})"
            ),
            .. result.Ignored.Select(file => $"unused {file}"),
        ];
        foreach (var line in lines)
        {
            context.Terminal.Inform(line);
        }
        foreach (var fault in result.Taken.Faults)
        {
            context.Terminal.Warn(fault.ToString());
        }
        if (!result.DotEnvIsIgnored)
        {
            context.Terminal.Warn(".env is not ignored by git: add it to .gitignore before you commit.");
        }
        context.Terminal.Inform("Next: orchestrate check   # checks that runs can work here, and lists the detected gates");
        return Task.FromResult(UseCaseOutcome.Done);
    }

    private static UseCaseOutcome InstallForClaude(CliCommandServiceBundle context, string root)
    {
        var (written, kept) = ClaudeSkillInstaller.Install(Path.Combine(root, ".claude"));
        foreach (var file in written)
        {
            context.Terminal.Inform($"made   {Path.Combine(root, ".claude", file)}");
        }
        foreach (var file in kept)
        {
            context.Terminal.Inform($"kept   {Path.Combine(root, ".claude", file)}");
        }
        context.Terminal.Inform("In a Claude Code session: /orchestrate REQUEST");
        return UseCaseOutcome.Done;
    }
}
