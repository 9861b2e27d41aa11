using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using SelfMonitoringPod;

var options = PodOptions.Parse(args, out var error);
if (options is null)
{
    await Console.Error.WriteLineAsync(error + Environment.NewLine + PodOptions.Usage);
    return 2;
}

var faults = new Faults();
using var orders = new Orders(options.OrdersFile);
var requests = new RequestCount();
var time = TimeProvider.System;

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Limits.MaxRequestBodySize = null;

    // Slow bodies are the gate's business. And over HTTP/2, where all clients share a connection, the rate is counted for that: small calls on a busy machine
    // would have it closed under all of them.
    kestrel.Limits.MinRequestBodyDataRate = null;
    kestrel.Limits.MinResponseDataRate = null;
    kestrel.Listen(options.Address, options.Port, listen =>
    {
        // With TLS clients may speak HTTP/2, so gRPC too; without it a port has to be one or the other.
        if (options.Certificate is { } both) listen.UseHttps(X509Certificate2.CreateFromPemFile(both));
    });
});
if (options.Certificate is not null) builder.WebHost.UseKestrelHttpsConfiguration();
var monitoring = new SelfMonitoring(options.Name, faults, time);
monitoring.Add(builder.Services);

var app = builder.Build();
app.UseWhen(IsClients, product => product.Use(next => context =>
{
    requests.Add(time.GetUtcNow());
    return faults.InterceptAsync(context, next);
}));
app.UseWebSockets();
app.UseRouting();
monitoring.Map(app);
Product.Map(app, options.Name, orders);
Calls.Map(app, options.Name);
app.MapGet("/requests", () => Results.Json(requests.Read(faults.MostAtOnce)));
app.MapGet("/faults", () => Results.Json(new { health = faults.Health, requests = faults.Requests }));
// As a delegate: as a bare request delegate its answer would be thrown away.
app.MapPost("/faults", (Delegate)SwitchAsync);

await app.StartAsync();
var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
Console.WriteLine($"listening {address} {options.Name}");
if (options.StopWithStdin) _ = Task.Run(StopWithStdinAsync);
await app.WaitForShutdownAsync();
return 0;

// The counts and the switches are not the product: whoever looks at them must not change what they show, and needs them most when a fault is on.
static bool IsClients(HttpContext context) =>
    !context.Request.Path.StartsWithSegments("/health")
    && !context.Request.Path.StartsWithSegments("/faults")
    && !context.Request.Path.StartsWithSegments("/requests")
    && !(HttpMethods.IsGet(context.Request.Method) && context.Request.Path == "/orders");

async Task<IResult> SwitchAsync(HttpContext context)
{
    string? wrong;
    try
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = 4096;
        var order = await JsonSerializer.DeserializeAsync<FaultOrder>(context.Request.Body, JsonSerializerOptions.Web, context.RequestAborted);
        wrong = order is null ? "an object with health and/or requests" : faults.Set(order);
    }
    catch (JsonException notJson)
    {
        wrong = notJson.Message;
    }

    var status = wrong is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;
    return Results.Json(new { error = wrong, health = faults.Health, requests = faults.Requests }, statusCode: status);
}

// Whoever started this pod holds its standard input open for as long as it lives, so no pod outlives a parent that was killed.
async Task StopWithStdinAsync()
{
    await using var input = Console.OpenStandardInput();
    var buffer = new byte[256];
    while (await input.ReadAsync(buffer) > 0)
    {
        // What is written there means nothing; only its end does.
    }

    app.Lifetime.StopApplication();
}
