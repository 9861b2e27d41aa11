using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace PodGate.Operator.Page;

/// <summary>
/// Makes HTML of the page's components. Made when the first page is asked for: a gate that nobody looks at carries nothing of it. The components get all they
/// show as parameters, so there are no services.
/// </summary>
internal sealed class PageRenderer
{
    private readonly Lazy<ServiceProvider> _nothing = new(() => new ServiceCollection().BuildServiceProvider());

    /// <summary>Renders a page.</summary>
    /// <param name="parameters">What it shows.</param>
    public async Task<string> RenderAsync<TPage>(IDictionary<string, object?> parameters)
        where TPage : IComponent
    {
        await using var renderer = new HtmlRenderer(_nothing.Value, NullLoggerFactory.Instance);
        return await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<TPage>(ParameterView.FromDictionary(parameters))).ToHtmlString());
    }
}
