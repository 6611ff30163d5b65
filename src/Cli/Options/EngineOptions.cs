using Orchestrator.Settings;

namespace Orchestrator.Cli.Options;

/// <summary>Options that select a command's engine.</summary>
internal sealed class EngineOptions
{
    private readonly Option<string?> _address = new("--address")
    {
        Description = "Temporal server to use instead of the embedded engine",
        HelpName = "HOST:PORT",
    };
    private readonly Option<string?> _namespace = new("--namespace")
    {
        Description = "Namespace on the Temporal server",
        HelpName = "NAME",
    };

    public void AddTo(Command command)
    {
        command.Add(_address);
        command.Add(_namespace);
    }

    /// <summary>Returns these options as arguments for another process.</summary>
    public IReadOnlyList<string> Arguments(ParseResult parsed) =>
        [.. Flags(parsed).SelectMany(flag => (string[])[flag.Option, flag.Value])];

    public IReadOnlyList<SettingOverride> Flags(ParseResult parsed)
    {
        var flags = new List<SettingOverride>();
        if (parsed.GetValue(_address) is { } address)
        {
            flags.Add(new SettingOverride(_address.Name, "temporal.address", address));
        }
        if (parsed.GetValue(_namespace) is { } name)
        {
            flags.Add(new SettingOverride(_namespace.Name, "temporal.namespace", name));
        }
        return flags;
    }
}
