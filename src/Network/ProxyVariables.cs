namespace Orchestrator.Network;

/// <summary>Environment variables through which sandboxed programs find the proxy.</summary>
public static class ProxyVariables
{
    private const string Direct = "localhost,127.0.0.1,::1";

    /// <summary>
    /// Returns the variables for a proxy on a loopback port. They include the usual proxy variables, which git, curl, Go, NuGet and
    /// Composer read. Other variables are read only by npm, pip, cargo, Node or the JVM.
    /// </summary>
    /// <param name="port">Port of the proxy.</param>
    /// <param name="javaOptions">Current value of <c>JAVA_TOOL_OPTIONS</c>, to which options are appended. Empty if it is not set.</param>
    public static IReadOnlyDictionary<string, string> Of(int port, string javaOptions = "")
    {
        var http = $"http://127.0.0.1:{port}";
        Dictionary<string, string> variables = new()
        {
            ["npm_config_proxy"] = http,
            ["npm_config_https_proxy"] = http,
            ["npm_config_noproxy"] = Direct,
            ["YARN_HTTP_PROXY"] = http,
            ["YARN_HTTPS_PROXY"] = http,
            ["PIP_PROXY"] = http,
            ["CARGO_HTTP_PROXY"] = http,
            ["NODE_USE_ENV_PROXY"] = "1",
            ["JAVA_TOOL_OPTIONS"] = $"{javaOptions} {Java(port)}".TrimStart(),
        };
        // ALL_PROXY does not name a SOCKS proxy, because httpx, which most Python clients of models use, fails with a SOCKS proxy unless
        // another package is installed.
        foreach (
            var (name, value) in ((string, string)[])
                [("HTTP_PROXY", http), ("HTTPS_PROXY", http), ("ALL_PROXY", http), ("NO_PROXY", Direct)]
        )
        {
            variables[name] = value;
            variables[name.ToLowerInvariant()] = value;
        }
        return variables;
    }

    private static string Java(int port) =>
        $"-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort={port} -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort={port} "
        + "-Dhttp.nonProxyHosts=localhost|127.*|[::1]";
}
