namespace Orchestrator.Settings;

/// <summary>Permissions of agents (<c>permissions.*</c>).</summary>
/// <param name="Mode"><c>default</c> to allow edits and commands inside the worktree, or <c>bypass</c> to skip permission prompts.</param>
/// <param name="Allow">Additional permission rules, such as <c>Bash(npm *)</c>.</param>
/// <param name="Sandbox">Whether bubblewrap confines agents and the programs that run their work: <c>auto</c> (if it works), <c>on</c>
/// (required, so that no agent starts without it) or <c>off</c>.</param>
public sealed record PermissionSettings(string Mode, IReadOnlyList<string> Allow, string Sandbox)
{
    internal static readonly Setting<string> ModeKey = new(
        "permissions.mode",
        "default",
        CommonSettingConverters.OneOf("default", "bypass"),
        "permission mode of Claude Code: default, or bypass, which skips its permission prompts"
    );

    private static readonly Setting<IReadOnlyList<string>> AllowKey = new(
        "permissions.allow",
        [],
        CommonSettingConverters.Texts,
        "additional permission rules for Claude Code, such as Bash(npm *)",
        ["bypass_permissions"]
    );

    private static readonly Setting<string> SandboxKey = new(
        "permissions.sandbox",
        "auto",
        CommonSettingConverters.OneOf("auto", "on", "off"),
        "whether bubblewrap confines agents, gates, set-up and package managers: auto (if bubblewrap works), on (no agent "
            + "starts without it), off"
    );

    private static readonly Setting<IReadOnlyList<string>> RunnerKey = new(
        "permissions.runner",
        [],
        CommonSettingConverters.Texts,
        "program and arguments that create sandboxes instead of bubblewrap, such as a script for podman; a relative path "
            + "is resolved in the repository"
    )
    {
        Effect = TrustRequiringSettingEffect.Runs,
    };

    private static readonly Setting<IReadOnlyList<string>> PathsKey = new(
        "permissions.paths",
        [],
        CommonSettingConverters.Texts,
        "paths outside their own worktree that confined programs may change, such as ~/.m2 or /var/run/docker.sock"
    );

    private static readonly Setting<IReadOnlyList<string>> ReadKey = new(
        "permissions.read",
        [],
        CommonSettingConverters.Texts,
        "additional files and folders that confined programs may read, such as ~/.config/gh"
    );

    private static readonly Setting<IReadOnlyList<string>> EnvironmentKey = new(
        "permissions.environment",
        [],
        CommonSettingConverters.Texts,
        "names of additional environment variables that confined agents get, such as DATABASE_URL"
    );

    /// <summary>
    /// Additional files and folders that sandboxed programs may read. Paths are absolute, relative to the home folder (<c>~/</c>), or
    /// relative to the repository. Default: none.
    /// </summary>
    public IReadOnlyList<string> Read { get; init; } = [];

    /// <summary>Names of additional environment variables that sandboxed agents receive. Default: none.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>
    /// Program and arguments of a sandbox runner that is used in place of bubblewrap. The runner receives a JSON description of the
    /// sandbox. Default: empty, meaning bubblewrap.
    /// </summary>
    public IReadOnlyList<string> Runner { get; init; } = [];

    /// <summary>Additional environment variables and network hosts for gates (<c>permissions.gates.*</c>). Default: none.</summary>
    public GateOrSetUpPermissions Gates { get; init; } = GateOrSetUpPermissions.None;

    /// <summary>
    /// Additional environment variables and network hosts for set-up commands and package managers (<c>permissions.setup.*</c>). Default:
    /// none.
    /// </summary>
    public GateOrSetUpPermissions SetUp { get; init; } = GateOrSetUpPermissions.None;

    /// <summary>
    /// Paths that sandboxed programs may change in addition to their own tree. Paths are absolute, relative to the home folder (<c>~/</c>),
    /// or relative to the repository.
    /// </summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>
    /// Hosts that sandboxed programs may reach (<c>permissions.network.*</c>). If a run's stored settings predate this setting, its
    /// programs use the host's own network.
    /// </summary>
    public NetworkSettings Network { get; init; } = new("open", []);

    internal static PermissionSettings Load(SettingReader settings) =>
        new(settings.Read(ModeKey), settings.Read(AllowKey), settings.Read(SandboxKey))
        {
            Paths = settings.Read(PathsKey),
            Read = settings.Read(ReadKey),
            Environment = settings.Read(EnvironmentKey),
            Runner = settings.Read(RunnerKey),
            Gates = GateOrSetUpPermissions.LoadGates(settings),
            SetUp = GateOrSetUpPermissions.LoadSetUp(settings),
            Network = NetworkSettings.Load(settings),
        };
}

/// <summary>Additional permissions for either gates or set-up programs.</summary>
/// <param name="Environment">Names of environment variables that the program receives.</param>
/// <param name="Network">Hosts that the program may reach in a sandbox, in the syntax of <c>permissions.network.allow</c>.</param>
public sealed record GateOrSetUpPermissions(IReadOnlyList<string> Environment, IReadOnlyList<string> Network)
{
    private static readonly Setting<IReadOnlyList<string>> GateEnvironmentKey = new(
        "permissions.gates.environment",
        [],
        CommonSettingConverters.Texts,
        "names of additional environment variables that gates get, such as DATABASE_URL"
    );

    private static readonly Setting<IReadOnlyList<string>> GateNetworkKey = new(
        "permissions.gates.network",
        [],
        HostNameSettingConverter.Hosts,
        "additional hosts that only confined gates can reach, such as localhost:5432"
    );

    private static readonly Setting<IReadOnlyList<string>> SetUpEnvironmentKey = new(
        "permissions.setup.environment",
        [],
        CommonSettingConverters.Texts,
        "names of additional environment variables that set-up and package requests get, such as NPM_TOKEN"
    );

    private static readonly Setting<IReadOnlyList<string>> SetUpNetworkKey = new(
        "permissions.setup.network",
        [],
        HostNameSettingConverter.Hosts,
        "additional hosts that only confined set-up and package requests can reach, such as npm.example.com"
    );

    /// <summary>No additional permissions.</summary>
    public static GateOrSetUpPermissions None { get; } = new([], []);

    internal static GateOrSetUpPermissions LoadGates(SettingReader settings) =>
        new(settings.Read(GateEnvironmentKey), settings.Read(GateNetworkKey));

    internal static GateOrSetUpPermissions LoadSetUp(SettingReader settings) =>
        new(settings.Read(SetUpEnvironmentKey), settings.Read(SetUpNetworkKey));
}

/// <summary>Hosts that sandboxed programs may reach (<c>permissions.network.*</c>).</summary>
/// <param name="Mode"><c>listed</c> for the hosts of the agent programs, package registries and remotes in use, and those in
/// <paramref name="Allow"/>. <c>observe</c> for any public host, with unlisted ones recorded. <c>none</c> for no host. <c>open</c> for the
/// host's own network.</param>
/// <param name="Allow">Additional hosts, given as <c>host</c>, <c>*.host</c>, <c>host:port</c>, <c>localhost:port</c> or an
/// address.</param>
public sealed record NetworkSettings(string Mode, IReadOnlyList<string> Allow)
{
    private static readonly Setting<string> ModeKey = new(
        "permissions.network.mode",
        "listed",
        CommonSettingConverters.OneOf("listed", "observe", "none", "open"),
        "hosts that confined programs can reach: listed (hosts of agent programs, package registries and remotes in use, "
            + "and permissions.network.allow), observe (every public host; unlisted hosts are recorded), none, or open (the "
            + "machine's network)"
    );

    private static readonly Setting<IReadOnlyList<string>> AllowKey = new(
        "permissions.network.allow",
        [],
        HostNameSettingConverter.Hosts,
        "additional hosts that confined programs can reach, such as example.com, or localhost:5432 for a service on this " + "machine"
    );

    internal static NetworkSettings Load(SettingReader settings) => new(settings.Read(ModeKey), settings.Read(AllowKey));
}
