using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Temporal.Server;

namespace Orchestrator.Cli.Options;

/// <summary>
/// Options for the TCP address and the access control of a command that serves the engine. On loopback, only the same user may connect. Any
/// other address requires TLS and a key. Further options relax these rules.
/// </summary>
/// <param name="name">Name of the option for the address.</param>
/// <param name="usual">Default address.</param>
/// <param name="portAliases">Other names of the option for the port.</param>
internal sealed class ListenOptions(string name, string usual, params string[] portAliases)
{
    private readonly Option<string> _listen = new(name)
    {
        Description =
            "Address to listen on; any address other than loopback needs --tls-cert, --tls-key and --api-key, or --insecure "
            + "and --any-user",
        HelpName = "IP",
        DefaultValueFactory = _ => usual,
    };
    private readonly Option<int> _port = new("--port", portAliases)
    {
        Description = "Port to listen on; 0 means any free port",
        HelpName = "N",
        DefaultValueFactory = static _ => 7233,
    };
    private readonly Option<string?> _certificate = new("--tls-cert")
    {
        Description = "Certificate (PEM) for TLS, with its chain",
        HelpName = "FILE",
    };
    private readonly Option<string?> _key = new("--tls-key") { Description = "Private key (PEM) of the certificate", HelpName = "FILE" };
    private readonly Option<string?> _apiKey = new("--api-key")
    {
        Description = "Key that callers must send, given as a variable or a file, never as the key itself",
        HelpName = "$NAME|file:PATH",
    };
    private readonly Option<bool> _insecure = new("--insecure")
    {
        Description = "Listen beyond loopback without TLS, so that others on the network can read the traffic",
    };
    private readonly Option<bool> _anyUser = new("--any-user")
    {
        Description = "Accept callers without a key, namely other users of this machine and, beyond loopback, other machines",
    };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_listen, _port, _certificate, _key, _apiKey, _insecure, _anyUser])
        {
            command.Add(option);
        }
    }

    /// <summary>Returns the server's options with the values from the command line.</summary>
    /// <exception cref="UseCaseException">An option is invalid, or opens the engine to other users.</exception>
    public TemporalServerOptions Apply(TemporalServerOptions options, ParseResult parsed, CliCommandServiceBundle context)
    {
        var text = parsed.GetValue(_listen)!;
        var address = Address(name, text);
        var port = Port(_port.Name, parsed.GetValue(_port));
        var certificate = Certificate(parsed.GetValue(_certificate), parsed.GetValue(_key), context);
        var apiKey = ApiKey(parsed.GetValue(_apiKey), context);
        var isOpen = certificate is null && !parsed.GetValue(_insecure);
        if (!IPAddress.IsLoopback(address) && (isOpen || (apiKey is null && !parsed.GetValue(_anyUser))))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{name} {text} can be reached from other machines, and "
                    + $"{(isOpen ? "others on the network could read the traffic" : "anyone there could control the engine")}.",
                "Use --tls-cert, --tls-key and --api-key. On a trusted network, use --insecure (no TLS) and --any-user (no key)."
            );
        }

        return options with
        {
            Address = new IPEndPoint(address, port),
            Certificate = certificate,
            ApiKey = apiKey,
            AllowInsecure = parsed.GetValue(_insecure),
            AllowAnyUser = parsed.GetValue(_anyUser),
        };
    }

    /// <summary>Parses the address of an option.</summary>
    /// <exception cref="UseCaseException">The text is not an address.</exception>
    public static IPAddress Address(string option, string text) =>
        IPAddress.TryParse(text == "localhost" ? "127.0.0.1" : text, out var address)
            ? address
            : throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{option}: '{text}' is not an IP address.",
                "Write 127.0.0.1, 0.0.0.0 or an address of this machine."
            );

    /// <summary>Validates the port number of an option. 0 selects any free port.</summary>
    /// <exception cref="UseCaseException">The number is not a port.</exception>
    public static int Port(string option, int port) =>
        port is >= 0 and <= IPEndPoint.MaxPort
            ? port
            : throw new UseCaseException(UseCaseOutcome.Usage, $"{option}: {port} is not a valid port.", "Use a port from 0 to 65535.");

    /// <summary>Warns if other users can connect to the engine, or if its traffic can be intercepted.</summary>
    public static void WarnOfOpenness(TemporalServerOptions options, CliCommandServiceBundle context)
    {
        if (options is { AllowAnyUser: true, ApiKey: null })
        {
            context.Terminal.Warn("With --any-user, all users who can reach this port control the engine and can run programs as you.");
        }
        if (!IPAddress.IsLoopback(options.Address!.Address) && options.Certificate is null)
        {
            context.Terminal.Warn("Because of --insecure, others on the network can read traffic to this address.");
        }
    }

    /// <summary>Loads the certificate of <c>--tls-cert</c> and <c>--tls-key</c>, or returns null if neither was given.</summary>
    /// <exception cref="UseCaseException">Only one of the options was given, or the files can't be used.</exception>
    public static X509Certificate2? Certificate(string? certificate, string? key, CliCommandServiceBundle context)
    {
        if (certificate is null && key is null)
        {
            return null;
        }
        if (certificate is null || key is null)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                "--tls-cert and --tls-key belong together.",
                "Use both options or neither of them."
            );
        }
        try
        {
            return X509Certificate2.CreateFromPemFile(context.FullPath(certificate), context.FullPath(key));
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"The certificate {certificate} with the key {key} can't be used: {unusable.Message}",
                "Both files must be readable PEM files, and the key must belong to the certificate."
            );
        }
    }

    private static string? ApiKey(string? reference, CliCommandServiceBundle context)
    {
        const string FilePrefix = "file:";
        if (reference is null)
        {
            return null;
        }
        var key = reference switch
        {
            ['$', .. var name] => context.Environment.GetValueOrDefault(name)
                ?? throw new UseCaseException(
                    UseCaseOutcome.Usage,
                    $"--api-key: the variable {name} is not set.",
                    "Set the variable, or name another one."
                ),
            _ when reference.StartsWith(FilePrefix, StringComparison.Ordinal) => Read(context.FullPath(reference[FilePrefix.Length..])),
            _ => throw new UseCaseException(
                UseCaseOutcome.Usage,
                "--api-key does not accept the key itself, because all users of the machine can see command lines.",
                "Write '$NAME' for a variable that contains the key, or file:PATH for a file."
            ),
        };
        return key.Length > 0
            ? key
            : throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"--api-key: {reference} is empty.",
                "Store a key in this variable or file."
            );
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, $"--api-key: {unreadable.Message}", "Specify a readable file.");
        }
    }
}
