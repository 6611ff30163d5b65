namespace Orchestrator.Processes;

/// <summary>
/// Names of environment variables that programs need to find their tools, files and language settings. Variables for credentials are not
/// included.
/// </summary>
public static class EnvironmentVariableAllowlist
{
    private static readonly string[] s_names =
    [
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "TERM",
        "COLORTERM",
        "NO_COLOR",
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
        "NUGET_PACKAGES",
        "JAVA_HOME",
        "GOPATH",
        "GOROOT",
        "GOCACHE",
        "GOMODCACHE",
        "GOPROXY",
        "GOFLAGS",
        "CARGO_HOME",
        "RUSTUP_HOME",
        "NVM_DIR",
        "PNPM_HOME",
        "BUN_INSTALL",
        "VOLTA_HOME",
        "PYENV_ROOT",
        "UV_CACHE_DIR",
        "PIP_CACHE_DIR",
        "POETRY_CACHE_DIR",
        "PDM_CACHE_DIR",
        "PIPENV_CACHE_DIR",
        "npm_config_cache",
        "NPM_CONFIG_CACHE",
        "npm_config_store_dir",
        "NPM_CONFIG_STORE_DIR",
        "YARN_CACHE_FOLDER",
        "BUN_INSTALL_CACHE_DIR",
        "DENO_DIR",
        "GRADLE_USER_HOME",
        "MAVEN_OPTS",
        "MAVEN_ARGS",
        "COMPOSER_CACHE_DIR",
        "BUNDLE_USER_CACHE",
        "GEM_HOME",
        "MIX_HOME",
        "HEX_HOME",
        "PUB_CACHE",
        "LD_LIBRARY_PATH",
        "CC",
        "CXX",
    ];

    private static readonly string[] s_prefixes = ["LC_", "XDG_", "DOTNET_"];

    private static readonly string[] s_loader = ["GCONV_PATH", "GLIBC_TUNABLES", "LOCPATH", "NLSPATH"];

    /// <summary>
    /// True if the variable affects how every program loads libraries or locale data. Only programs inside a sandbox may receive such a
    /// variable.
    /// </summary>
    internal static bool IsOfLoader(string name) => name.StartsWith("LD_", StringComparison.Ordinal) || s_loader.Contains(name);

    /// <summary>Removes the relative folders from a list of folders in the format of PATH.</summary>
    internal static string WithoutRelative(string folders) => string.Join(':', folders.Split(':').Where(Path.IsPathRooted));

    /// <summary>True if the variable is passed to all programs that the orchestrator starts.</summary>
    /// <param name="name">Name of the variable.</param>
    public static bool Contain(string name) =>
        s_names.Contains(name) || s_prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
