using System.Collections;

namespace Orchestrator.Gates.Running;

/// <summary>The environment of gates: what programs need, without credentials, because a gate runs code that an agent has just
/// written.</summary>
public static class GateVariables
{
    private static readonly string[] Names =
    [
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "LANG",
        "LANGUAGE",
        "TZ",
        "TMPDIR",
        "TEMP",
        "TMP",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "http_proxy",
        "https_proxy",
        "no_proxy",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "NODE_EXTRA_CA_CERTS",
        "DOTNET_ROOT",
        "NUGET_PACKAGES",
        "JAVA_HOME",
        "GOPATH",
        "GOROOT",
        "GOCACHE",
        "GOPROXY",
        "GOFLAGS",
        "CARGO_HOME",
        "RUSTUP_HOME",
        "NVM_DIR",
        "PNPM_HOME",
        "BUN_INSTALL",
        "PYENV_ROOT",
        "UV_CACHE_DIR",
        "LD_LIBRARY_PATH",
        "CC",
        "CXX",
    ];

    private static readonly string[] Prefixes = ["LC_", "XDG_", "DOTNET_"];

    /// <summary>Makes the environment of a gate.</summary>
    /// <param name="inherited">The variables to choose from; null for this process's own environment.</param>
    /// <param name="extra">Further variables of this gate, such as its port. They override inherited ones.</param>
    public static IReadOnlyDictionary<string, string> Make(
        IReadOnlyDictionary<string, string>? inherited = null,
        IReadOnlyDictionary<string, string>? extra = null
    )
    {
        inherited ??= Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");
        var environment = inherited
            .Where(pair => Names.Contains(pair.Key) || Prefixes.Any(prefix => pair.Key.StartsWith(prefix, StringComparison.Ordinal)))
            .ToDictionary(pair => pair.Key, pair => pair.Value);
        environment["CI"] = "true";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        foreach ((var name, var value) in extra ?? new Dictionary<string, string>())
        {
            environment[name] = value;
        }
        return environment;
    }
}
