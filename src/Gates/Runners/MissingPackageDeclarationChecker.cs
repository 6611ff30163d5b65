namespace Orchestrator.Gates.Runners;

/// <summary>Checks whether a project's manifests declare a missing package.</summary>
/// <param name="texts">Texts of the manifests.</param>
internal sealed class MissingPackageDeclarationChecker(IReadOnlyList<string> texts)
{
    /// <summary>Maps module names to package names for packages whose name differs from that of their module.</summary>
    private static readonly Dictionary<string, string> Packages = new(StringComparer.OrdinalIgnoreCase)
    {
        ["attr"] = "attrs",
        ["bs4"] = "beautifulsoup4",
        ["crypto"] = "pycryptodome",
        ["cv2"] = "opencv-python",
        ["dateutil"] = "python-dateutil",
        ["dotenv"] = "python-dotenv",
        ["git"] = "gitpython",
        ["jwt"] = "pyjwt",
        ["mysqldb"] = "mysqlclient",
        ["pil"] = "pillow",
        ["psycopg2"] = "psycopg2-binary",
        ["serial"] = "pyserial",
        ["skimage"] = "scikit-image",
        ["sklearn"] = "scikit-learn",
        ["yaml"] = "pyyaml",
        ["tsc"] = "typescript",
        ["ng"] = "@angular/cli",
        ["vue-cli-service"] = "@vue/cli-service",
        ["playwright"] = "@playwright/test",
    };

    /// <summary>Options of pytest that plugins define, each with the package of its plugin.</summary>
    private static readonly (string Option, string Package)[] Plugins =
    [
        ("--cov", "pytest-cov"),
        ("-n", "pytest-xdist"),
        ("--numprocesses", "pytest-xdist"),
        ("--dist", "pytest-xdist"),
        ("--timeout", "pytest-timeout"),
        ("--reruns", "pytest-rerunfailures"),
        ("--asyncio-mode", "pytest-asyncio"),
        ("--benchmark", "pytest-benchmark"),
        ("--ds", "pytest-django"),
        ("--html", "pytest-html"),
        ("--randomly", "pytest-randomly"),
        ("--random-order", "pytest-random-order"),
        ("--mypy", "pytest-mypy"),
        ("--snapshot", "syrupy"),
    ];

    /// <summary>True if a manifest names the package of a module or program.</summary>
    public bool ContainPackageOf(string module)
    {
        var name = module.Replace("::", "/", StringComparison.Ordinal);
        if (name.Length == 0 || name[0] is '.' or '/')
        {
            return false;
        }
        var parts = name.Split('/');
        var scoped = name[0] == '@' && parts.Length > 1 ? $"{parts[0]}/{parts[1]}" : parts[0];
        string[] names = [module, scoped, name, scoped.Split('.')[0], "@types/" + module];
        return names.Concat(names.Select(one => Packages.GetValueOrDefault(one, one))).Distinct().Any(IsNamed);
    }

    /// <summary>True if a manifest names the plugin that defines a test runner's option.</summary>
    public bool DeclareOption(string option) =>
        Plugins.Any(plugin => option.StartsWith(plugin.Option, StringComparison.Ordinal) && IsNamed(plugin.Package));

    private bool IsNamed(string name)
    {
        var pattern = Regex.Replace(Regex.Escape(name), "[-_]", "[-_.]");
        var whole = new Regex($@"(?<![\w@/-]){pattern}(?![\w/-])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        return texts.Any(text => text.Split('\n').Any(line => !IsOwnName(line) && whole.IsMatch(line)));
    }

    // Matches "name": "calc" in package.json, name = "calc" in pyproject.toml and module example.org/calc in go.mod.
    private static bool IsOwnName(string line) =>
        line.TrimStart().StartsWith("\"name\":", StringComparison.Ordinal)
        || line.StartsWith("name ", StringComparison.Ordinal)
        || line.StartsWith("name=", StringComparison.Ordinal)
        || line.StartsWith("module ", StringComparison.Ordinal)
        || line.TrimStart().StartsWith("\"test\":", StringComparison.Ordinal);
}
